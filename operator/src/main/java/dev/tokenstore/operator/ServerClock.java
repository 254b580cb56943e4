package dev.tokenstore.operator;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;

/// The API server's clock, as far as its replies tell it: this machine's, moved by the least that makes it agree with
/// the `Date` of the latest reply. Tokens are stamped by that clock, so this one tells how old they are.
///
/// The header has whole seconds, so clocks that differ by less are taken for equal.
final class ServerClock implements InstantSource, Interceptor {
    private static final Duration RESOLUTION = Duration.ofSeconds(1);

    private final InstantSource local;
    private volatile Duration offset = Duration.ZERO;

    ServerClock(InstantSource local) {
        this.local = local;
    }

    @Override
    public Instant instant() {
        return local.instant().plus(offset);
    }

    @Override
    public void after(HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        var dates = response.headers("Date");
        if (dates.isEmpty()) {
            return;
        }
        try {
            replied(ZonedDateTime.parse(dates.getFirst(), DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeException e) {
            // a proxy's idea of a date tells nothing
        }
    }

    /// Takes in that the server's clock showed `date` a moment ago.
    void replied(Instant date) {
        var now = local.instant();
        if (date.isAfter(now)) {
            offset = Duration.between(now, date);
        } else if (date.plus(RESOLUTION).isBefore(now.minus(RESOLUTION))) {
            // a reply may have been under way for a moment
            offset = Duration.between(now.minus(RESOLUTION), date.plus(RESOLUTION));
        } else {
            offset = Duration.ZERO;
        }
    }
}
