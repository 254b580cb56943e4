package dev.tokenstore.api;

import dev.tokenstore.api.TokenFacts.Credentials;
import dev.tokenstore.api.TokenFacts.Renewal;
import dev.tokenstore.api.TokenFacts.State;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads [TokenFacts] from metadata, leniently.
final class TokenFactsReader {
    /// A save that gave OAuth's relative seconds as its expiry left a moment shortly after 1970: not a real expiry.
    private static final Instant EARLIEST_EXPIRY = Instant.parse("1971-01-01T00:00:00Z");

    private static final Instant EARLIEST = Instant.EPOCH;
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private final Map<String, String> annotations;
    private final Instant seenAt;

    private TokenFactsReader(Map<String, String> annotations, Instant seenAt) {
        this.annotations = annotations;
        this.seenAt = seenAt;
    }

    static TokenFacts read(ObjectMeta secret, Instant seenAt) {
        var annotations = secret.getAnnotations() == null ? Map.<String, String>of() : secret.getAnnotations();
        var reader = new TokenFactsReader(annotations, seenAt);
        var credentials = CredentialKeys.of(secret);
        var appeared = reader.past(secret.getCreationTimestamp());
        var lastSaved = reader.past(annotations.get(TokenSecretLayout.SAVED_AT));
        return new TokenFacts(
                TokenSecretLayout.LAYOUT_VERSION.equals(annotations.get(TokenSecretLayout.LAYOUT)),
                !"false".equals(annotations.getOrDefault(TokenSecretLayout.KEEP, "false")),
                reader.state(),
                appeared,
                reader.firstSaved(appeared),
                lastSaved,
                reader.lastActive(lastSaved),
                reader.lastChanged(secret, appeared),
                instant(annotations.get(TokenSecretLayout.ACCESS_EXPIRES_AT))
                        .filter(TokenFactsReader::isRealExpiry)
                        .orElse(null),
                reader.renewal(credentials),
                credentials);
    }

    static TokenFacts ofRow(
            Instant firstSaved,
            Instant lastSaved,
            Instant lastActive,
            @Nullable Instant accessExpiry,
            Credentials credentials,
            Instant seenAt) {
        var reader = new TokenFactsReader(Map.of(), seenAt);
        var isRenewable = credentials == Credentials.RENEWAL_ONLY || credentials == Credentials.ACCESS_AND_RENEWAL;
        return new TokenFacts(
                true,
                false,
                State.CONFIRMED,
                reader.clamped(firstSaved),
                reader.clamped(firstSaved),
                reader.clamped(lastSaved),
                reader.clamped(lastActive),
                reader.clamped(lastSaved),
                Optional.ofNullable(accessExpiry)
                        .filter(TokenFactsReader::isRealExpiry)
                        .orElse(null),
                isRenewable ? Renewal.POSSIBLE : Renewal.IMPOSSIBLE,
                credentials);
    }

    private static boolean isRealExpiry(Instant expiry) {
        return !expiry.isBefore(EARLIEST_EXPIRY) && !expiry.isAfter(LATEST);
    }

    private State state() {
        return switch (annotations.getOrDefault(TokenSecretLayout.STATE, "")) {
            case TokenSecretLayout.PENDING -> State.PENDING;
            case TokenSecretLayout.CONFIRMED -> State.CONFIRMED;
            default -> State.UNKNOWN;
        };
    }

    /// The Secret's own age bounds it: a client must not make a token young for ever by a stamp in the future.
    private @Nullable Instant firstSaved(@Nullable Instant appeared) {
        var said = past(annotations.get(TokenSecretLayout.CREATED_AT));
        return said == null || appeared == null || said.isBefore(appeared) ? said : appeared;
    }

    /// Both stamps must be understood: the one that is not may be the later one.
    private @Nullable Instant lastActive(@Nullable Instant lastSaved) {
        var lastUsedText = annotations.get(TokenSecretLayout.LAST_USED_AT);
        if (lastSaved == null || lastUsedText == null) {
            return lastSaved;
        }
        var lastUsed = past(lastUsedText);
        return lastUsed == null ? null : later(lastSaved, lastUsed);
    }

    private @Nullable Instant lastChanged(ObjectMeta secret, @Nullable Instant appeared) {
        if (appeared == null || secret.getManagedFields() == null) {
            return null;
        }
        return secret.getManagedFields().stream()
                .flatMap(entry -> instant(entry.getTime()).stream())
                .map(this::clamped)
                .reduce(appeared, TokenFactsReader::later);
    }

    private Renewal renewal(Credentials credentials) {
        var said = annotations.getOrDefault(TokenSecretLayout.RENEWABLE, "");
        if (said.equals("true")
                || credentials == Credentials.RENEWAL_ONLY
                || credentials == Credentials.ACCESS_AND_RENEWAL) {
            return Renewal.POSSIBLE;
        }
        return said.equals("false") ? Renewal.IMPOSSIBLE : Renewal.UNKNOWN;
    }

    private @Nullable Instant past(@Nullable String text) {
        return instant(text).map(this::clamped).orElse(null);
    }

    private Instant clamped(Instant moment) {
        return moment.isAfter(seenAt) ? seenAt : moment;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static Optional<Instant> instant(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            var moment = OffsetDateTime.parse(text).toInstant();
            return moment.isBefore(EARLIEST) || moment.isAfter(LATEST) ? Optional.empty() : Optional.of(moment);
        } catch (DateTimeParseException e) {
            return Optional.empty();
        }
    }
}
