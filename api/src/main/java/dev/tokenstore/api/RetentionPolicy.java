package dev.tokenstore.api;

import dev.tokenstore.api.OAuthTokenStoreSpec.Delay;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// How long the tokens of a store live: the decision that operator and sidecar share, without any I/O.
///
/// @param sessionTimeout null: sessions never end
/// @param maxTokenAge null: tokens of any age are kept
/// @param sessionEndedAfter how long after its session's end a token is deleted
/// @param expiredAfter null: expired tokens are only counted
/// @param unusableAfter null: unusable tokens are only counted
/// @param dryRun due tokens are reported but not deleted, and reads still return them
/// @param suspended due tokens are kept, and reads still return them; their deadlines are reported
public record RetentionPolicy(
        @Nullable Duration sessionTimeout,
        @Nullable Duration maxTokenAge,
        Duration sessionEndedAfter,
        @Nullable Duration expiredAfter,
        @Nullable Duration unusableAfter,
        boolean dryRun,
        boolean suspended) {
    /// Last use is recorded at most this often per session timeout, so the last use may be up to one such part
    /// later than its record.
    public static final int USES_RECORDED_PER_TIMEOUT = 10;

    /// Returns the policy that a store's spec asks for.
    ///
    /// @throws IllegalArgumentException naming the field, if a duration is malformed, which the schema prevents
    public static RetentionPolicy of(@Nullable OAuthTokenStoreSpec spec) {
        if (spec == null) {
            return of(OAuthTokenStoreSpec.keepingEverything());
        }
        var cleanup = spec.cleanup() == null ? OAuthTokenStoreSpec.Cleanup.unspecified() : spec.cleanup();
        var sessionEnded = after("spec.cleanup.sessionEnded.after", cleanup.sessionEnded());
        return new RetentionPolicy(
                duration("spec.sessionTimeout", spec.sessionTimeout()),
                duration("spec.maxTokenAge", spec.maxTokenAge()),
                sessionEnded == null ? Duration.ZERO : sessionEnded,
                after("spec.cleanup.expired.after", cleanup.expired()),
                after("spec.cleanup.unusable.after", cleanup.unusable()),
                Boolean.TRUE.equals(cleanup.dryRun()),
                Boolean.TRUE.equals(spec.suspend()));
    }

    /// When and why the token is to be deleted; empty if no field asks for it, too little is known of the token,
    /// someone asked to keep it, or its layout is not understood.
    public Optional<TokenEnd> deletion(TokenFacts token) {
        if (token.keep() || !token.understood()) {
            return Optional.empty();
        }
        // called for 100,000 tokens at once: no streams
        var end = sooner(sessionEnd(token), oldAge(token), TokenEnd::deletion);
        end = sooner(end, expiry(token), TokenEnd::deletion);
        return Optional.ofNullable(sooner(end, uselessness(token), TokenEnd::deletion));
    }

    /// From when on, and why, a read misses the token although it is still stored: its session ended or it is too old.
    public Optional<TokenEnd> endForReaders(TokenFacts token) {
        if (suspended || dryRun || token.keep() || !token.understood()) {
            return Optional.empty();
        }
        return Optional.ofNullable(sooner(sessionEnd(token), oldAge(token), TokenEnd::over));
    }

    /// The end whose `moment` comes first; of two at the same moment, the one whose reason comes first in [EndReason].
    private static @Nullable TokenEnd sooner(
            @Nullable TokenEnd one, @Nullable TokenEnd other, Function<TokenEnd, Instant> moment) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        var order = moment.apply(one).compareTo(moment.apply(other));
        return order < 0 || order == 0 && one.reason().compareTo(other.reason()) <= 0 ? one : other;
    }

    private @Nullable TokenEnd sessionEnd(TokenFacts token) {
        if (sessionTimeout == null || token.lastActive() == null) {
            return null;
        }
        var unrecorded = sessionTimeout.dividedBy(USES_RECORDED_PER_TIMEOUT);
        var over = token.lastActive().plus(sessionTimeout).plus(unrecorded);
        return new TokenEnd(EndReason.SESSION_ENDED, over, over.plus(sessionEndedAfter));
    }

    private @Nullable TokenEnd oldAge(TokenFacts token) {
        if (maxTokenAge == null || token.firstSaved() == null) {
            return null;
        }
        var over = token.firstSaved().plus(maxTokenAge);
        return new TokenEnd(EndReason.TOO_OLD, over, over);
    }

    /// A token that was saved after its expiry waits from its save on.
    private @Nullable TokenEnd expiry(TokenFacts token) {
        var expiry = token.accessExpiry();
        var saved = token.lastSaved();
        if (expiredAfter == null
                || expiry == null
                || saved == null
                || token.renewal() != TokenFacts.Renewal.IMPOSSIBLE) {
            return null;
        }
        var over = expiry.isAfter(saved) ? expiry : saved;
        return new TokenEnd(EndReason.EXPIRED, over, over.plus(expiredAfter));
    }

    private @Nullable TokenEnd uselessness(TokenFacts token) {
        if (unusableAfter == null) {
            return null;
        }
        var over = token.unusableFrom();
        return over.isEmpty()
                ? null
                : new TokenEnd(EndReason.UNUSABLE, over.get(), over.get().plus(unusableAfter));
    }

    private static @Nullable Duration after(String field, @Nullable Delay delay) {
        return delay == null ? null : duration(field, delay.after());
    }

    private static @Nullable Duration duration(String field, @Nullable String text) {
        if (text == null) {
            return null;
        }
        try {
            return GoDuration.parse(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(field + " is malformed: " + e.getMessage(), e);
        }
    }
}
