package dev.tokenstore.api;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is known of a token without its body: from its Secret's metadata, or from the times of its row.
///
/// What is missing or malformed is unknown (null, or the `UNKNOWN` of its kind), and nothing unknown ever leads to a
/// deletion. A moment in the future counts as the moment at which the token was seen: some clock was wrong, and the
/// token must not live for ever because of that.
///
/// @param understood whether the Secret has the layout that this version knows; if not, it is left alone
/// @param keep whether someone asked that the token never be cleaned up
/// @param pending whether the row may still turn out to be a twin
/// @param appeared when the Secret was created, by the API server
/// @param firstSaved when the token was first saved, or its Secret was created if that was earlier or is all that is
/// known
/// @param lastSaved when the token was last saved
/// @param lastActive when the token was last saved or read, as far as recorded
/// @param lastChanged when anything in the Secret changed last, by the API server's own record
/// @param accessExpiry when the access token expires
/// @param renewal whether something stored could renew the access token
/// @param credentials which credentials are stored
public record TokenFacts(
        boolean understood,
        boolean keep,
        boolean pending,
        @Nullable Instant appeared,
        @Nullable Instant firstSaved,
        @Nullable Instant lastSaved,
        @Nullable Instant lastActive,
        @Nullable Instant lastChanged,
        @Nullable Instant accessExpiry,
        Renewal renewal,
        Credentials credentials) {
    /// A timestamp that is this little ahead is not in the future: the estimate of the API server's clock is up to a
    /// second
    /// behind, and more by the latency of a reply ([ServerClock]).
    private static final Duration CLOCK_ERROR = Duration.ofSeconds(2);

    /// A writer's estimate of the API server's clock is much closer.
    private static final Duration PREDATING = Duration.ofMinutes(1);

    /// How long a row may stay pending; a writer needs far less.
    public static final Duration PENDING_LIMIT = Duration.ofMinutes(1);

    /// A save whose expiry was OAuth's relative seconds left a moment shortly after 1970: not a real expiry.
    private static final Instant EARLIEST_EXPIRY = Instant.parse("1971-01-01T00:00:00Z");

    /// Whether something stored could renew the access token.
    public enum Renewal {
        POSSIBLE,
        IMPOSSIBLE,
        UNKNOWN
    }

    /// Which credentials are stored.
    public enum Credentials {
        NONE,
        ACCESS_ONLY,
        RENEWAL_ONLY,
        ACCESS_AND_RENEWAL,
        UNKNOWN;

        /// @param access whether there is an access token
        /// @param renewal whether there is something that could renew it
        public static Credentials of(boolean access, boolean renewal) {
            if (access) {
                return renewal ? ACCESS_AND_RENEWAL : ACCESS_ONLY;
            }
            return renewal ? RENEWAL_ONLY : NONE;
        }

        boolean hasRenewal() {
            return this == RENEWAL_ONLY || this == ACCESS_AND_RENEWAL;
        }
    }

    /// Reads the facts of a token's Secret.
    ///
    /// @param seenAt when the metadata was seen, by the API server's clock
    public static TokenFacts read(ObjectMeta secret, Instant seenAt) {
        var annotations = new TokenAnnotations(secret);
        var credentials = CredentialKeys.of(secret);
        var appeared = past(Timestamps.parse(secret.getCreationTimestamp()), seenAt);
        var lastSaved = past(annotations.savedAt(), seenAt);
        return new TokenFacts(
                annotations
                        .layout()
                        .filter(TokenSecretLayout.LAYOUT_VERSION::equals)
                        .isPresent(),
                annotations.keep(),
                annotations.isPending(),
                appeared,
                firstSaved(past(annotations.createdAt(), seenAt), appeared),
                lastSaved,
                lastActive(annotations, lastSaved, seenAt),
                lastChanged(secret, appeared, seenAt),
                realExpiry(annotations.accessExpiresAt()),
                renewal(annotations, credentials),
                credentials);
    }

    /// Returns the facts of a token that is kept in a row of its own instead of a Secret.
    ///
    /// @param lastActive when the token was last saved or read, as far as recorded
    /// @param accessExpiry empty if it is not known
    /// @param seenAt when the row was read, by the clock that judges it
    public static TokenFacts ofRow(
            Instant firstSaved,
            Instant lastSaved,
            Instant lastActive,
            Optional<Instant> accessExpiry,
            Credentials credentials,
            Instant seenAt) {
        return new TokenFacts(
                true,
                false,
                false,
                clamped(firstSaved, seenAt),
                clamped(firstSaved, seenAt),
                clamped(lastSaved, seenAt),
                clamped(lastActive, seenAt),
                clamped(lastSaved, seenAt),
                realExpiry(accessExpiry),
                credentials.hasRenewal() ? Renewal.POSSIBLE : Renewal.IMPOSSIBLE,
                credentials);
    }

    /// Whether the token's stamps are of a time when its Secret was not there: it was restored from a backup, or
    /// someone
    /// made it so that it looks old.
    public boolean predatesItsSecret() {
        if (appeared == null) {
            return false;
        }
        var earliest = appeared.minus(PREDATING);
        return firstSaved != null && firstSaved.isBefore(earliest) || lastSaved != null && lastSaved.isBefore(earliest);
    }

    /// From when on the token is of no use to anyone; empty if there is no such moment, or it is not known.
    public Optional<Instant> unusableFrom() {
        if (pending) {
            return Optional.ofNullable(appeared).map(since -> since.plus(PENDING_LIMIT));
        }
        return credentials == Credentials.NONE
                ? Optional.ofNullable(lastChanged).map(since -> since.plus(PENDING_LIMIT))
                : Optional.empty();
    }

    /// A token is as old as its Secret at least, whatever the annotation says, and if there is none.
    private static @Nullable Instant firstSaved(@Nullable Instant created, @Nullable Instant appeared) {
        return created == null || appeared != null && appeared.isBefore(created) ? appeared : created;
    }

    /// Unknown if the last use is malformed, for it may be the later one.
    private static @Nullable Instant lastActive(
            TokenAnnotations annotations, @Nullable Instant lastSaved, Instant seenAt) {
        if (lastSaved == null || !annotations.hasLastUse()) {
            return lastSaved;
        }
        var lastUsed = past(annotations.lastUsedAt(), seenAt);
        return lastUsed == null ? null : later(lastSaved, lastUsed);
    }

    private static @Nullable Instant lastChanged(ObjectMeta secret, @Nullable Instant appeared, Instant seenAt) {
        if (appeared == null || secret.getManagedFields() == null) {
            return null;
        }
        return secret.getManagedFields().stream()
                .flatMap(entry -> Timestamps.parse(entry.getTime()).stream())
                .map(changed -> clamped(changed, seenAt))
                .reduce(appeared, TokenFacts::later);
    }

    private static Renewal renewal(TokenAnnotations annotations, Credentials credentials) {
        var renewable = annotations.renewable();
        if (Boolean.TRUE.equals(renewable) || credentials.hasRenewal()) {
            return Renewal.POSSIBLE;
        }
        return renewable == null ? Renewal.UNKNOWN : Renewal.IMPOSSIBLE;
    }

    private static @Nullable Instant realExpiry(Optional<Instant> expiry) {
        return expiry.filter(Timestamps::isValid)
                .filter(moment -> !moment.isBefore(EARLIEST_EXPIRY))
                .orElse(null);
    }

    private static @Nullable Instant past(Optional<Instant> moment, Instant seenAt) {
        return moment.map(said -> clamped(said, seenAt)).orElse(null);
    }

    private static Instant clamped(Instant moment, Instant seenAt) {
        return moment.isAfter(seenAt.plus(CLOCK_ERROR)) ? seenAt : moment;
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }
}
