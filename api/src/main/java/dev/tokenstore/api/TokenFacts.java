package dev.tokenstore.api;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is known of a token from its Secret's metadata alone, without its body.
///
/// Annotations are written by clients and people, so they are read with care: a malformed one reads as unknown (null,
/// or the `UNKNOWN` of its kind), and whatever is unknown never leads to a deletion. A moment in the future is taken
/// for the moment at which the Secret was seen: its clock was wrong, and it must not live for ever because of that.
///
/// @param understood whether the Secret has the layout that this version knows; if not, it is left alone
/// @param keep whether someone asked that it never be cleaned up; anything but `false` counts as asking
/// @param appeared when the Secret was created, by the API server
/// @param firstSaved when the token was first saved
/// @param lastSaved when the token was last saved
/// @param lastActive when the token was last saved or read, as far as recorded
/// @param lastChanged when anything in the Secret changed last, by the API server's own record
/// @param accessExpiry when the access token expires
/// @param renewal whether something stored could renew the access token
/// @param credentials which credentials the Secret holds, by the names of its data keys
public record TokenFacts(
        boolean understood,
        boolean keep,
        State state,
        @Nullable Instant appeared,
        @Nullable Instant firstSaved,
        @Nullable Instant lastSaved,
        @Nullable Instant lastActive,
        @Nullable Instant lastChanged,
        @Nullable Instant accessExpiry,
        Renewal renewal,
        Credentials credentials) {
    /// How long a row may stay unfinished; a writer needs far less.
    public static final Duration FORMING_LIMIT = Duration.ofMinutes(1);

    /// Whether the row is sure to be the only one of its identity.
    public enum State {
        PENDING,
        CONFIRMED,
        UNKNOWN
    }

    /// Whether something stored could renew the access token.
    public enum Renewal {
        POSSIBLE,
        IMPOSSIBLE,
        UNKNOWN
    }

    /// Which credentials a Secret holds.
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
    }

    /// Reads the facts of a token's Secret.
    ///
    /// @param seenAt when the metadata was seen, by the API server's clock
    public static TokenFacts read(ObjectMeta secret, Instant seenAt) {
        return TokenFactsReader.read(secret, seenAt);
    }

    /// The facts of a token that is kept in a row of its own instead of a Secret.
    ///
    /// @param lastActive when the token was last saved or read, as far as recorded
    /// @param accessExpiry null when it is not known
    /// @param seenAt when the row was read, by the clock that judges it
    public static TokenFacts ofRow(
            Instant firstSaved,
            Instant lastSaved,
            Instant lastActive,
            @Nullable Instant accessExpiry,
            Credentials credentials,
            Instant seenAt) {
        return TokenFactsReader.ofRow(firstSaved, lastSaved, lastActive, accessExpiry, credentials, seenAt);
    }

    /// When this became, or becomes, a Secret that is no use to anyone; empty if there is no such moment, or it is not
    /// known.
    public Optional<Instant> unusableFrom() {
        if (state == State.PENDING) {
            return Optional.ofNullable(appeared).map(since -> since.plus(FORMING_LIMIT));
        }
        return credentials == Credentials.NONE
                ? Optional.ofNullable(lastChanged).map(since -> since.plus(FORMING_LIMIT))
                : Optional.empty();
    }
}
