package dev.tokenstore.api;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The moments that RFC 3339 text and protobuf's `Timestamp` can hold: those of the years 1970 to 9999.
public final class Timestamps {
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999999Z");

    private Timestamps() {}

    public static boolean isValid(Instant moment) {
        return !moment.isBefore(Instant.EPOCH) && !moment.isAfter(LATEST);
    }

    /// Reads RFC 3339 text; empty if it is missing, malformed or of another year.
    public static Optional<Instant> parse(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant()).filter(Timestamps::isValid);
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
