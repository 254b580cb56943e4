package dev.tokenstore.api;

import dev.tokenstore.api.OAuthTokenStoreSpec.Delay;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// How long the tokens of a store live: the decision that operator and sidecar share, without any I/O.
///
/// @param sessionTimeout null: sessions never end
/// @param maxTokenAge null: tokens of any age are kept
/// @param sessionEndedAfter how long after its session's end a token is deleted
/// @param expiredAfter null: expired tokens are only counted
/// @param unusableAfter null: unusable tokens are only counted
/// @param dryRun nothing is deleted, but told as if, and reads miss nothing
/// @param suspended nothing is deleted now, and reads miss nothing; deadlines are told all the same
public record RetentionPolicy(
        @Nullable Duration sessionTimeout,
        @Nullable Duration maxTokenAge,
        Duration sessionEndedAfter,
        @Nullable Duration expiredAfter,
        @Nullable Duration unusableAfter,
        boolean dryRun,
        boolean suspended) {
    /// Last use is recorded at most once in this part of the session timeout, so the latest use may be that much
    /// later than the latest record of one.
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

    /// When and why the token is to be deleted; empty if no field asks for it, too little is known of it, it is to be
    /// kept, or its layout is not understood.
    public Optional<TokenEnd> deletion(TokenFacts token) {
        if (token.keep() || !token.understood()) {
            return Optional.empty();
        }
        return Stream.of(sessionEnd(token), oldAge(token), expiry(token), uselessness(token))
                .flatMap(Optional::stream)
                .min(Comparator.comparing(TokenEnd::deletion).thenComparing(TokenEnd::reason));
    }

    /// From when on, and why, a read misses the token although it is still stored: its session ended or it is too old.
    public Optional<TokenEnd> endForReaders(TokenFacts token) {
        if (suspended || dryRun || token.keep() || !token.understood()) {
            return Optional.empty();
        }
        return Stream.of(sessionEnd(token), oldAge(token))
                .flatMap(Optional::stream)
                .min(Comparator.comparing(TokenEnd::over).thenComparing(TokenEnd::reason));
    }

    private Optional<TokenEnd> sessionEnd(TokenFacts token) {
        if (sessionTimeout == null || token.lastActive() == null) {
            return Optional.empty();
        }
        var unrecorded = sessionTimeout.dividedBy(USES_RECORDED_PER_TIMEOUT);
        var over = token.lastActive().plus(sessionTimeout).plus(unrecorded);
        return Optional.of(new TokenEnd(EndReason.SESSION_ENDED, over, over.plus(sessionEndedAfter)));
    }

    private Optional<TokenEnd> oldAge(TokenFacts token) {
        if (maxTokenAge == null || token.firstSaved() == null) {
            return Optional.empty();
        }
        var over = token.firstSaved().plus(maxTokenAge);
        return Optional.of(new TokenEnd(EndReason.TOO_OLD, over, over));
    }

    /// A token that was already expired when it was saved gets its whole wait from then on.
    private Optional<TokenEnd> expiry(TokenFacts token) {
        var expiry = token.accessExpiry();
        var saved = token.lastSaved();
        if (expiredAfter == null
                || expiry == null
                || saved == null
                || token.renewal() != TokenFacts.Renewal.IMPOSSIBLE) {
            return Optional.empty();
        }
        var over = expiry.isAfter(saved) ? expiry : saved;
        return Optional.of(new TokenEnd(EndReason.EXPIRED, over, over.plus(expiredAfter)));
    }

    private Optional<TokenEnd> uselessness(TokenFacts token) {
        return unusableAfter == null ? Optional.empty() : token.unusableFrom().map(uselessAfter(unusableAfter));
    }

    private static Function<Instant, TokenEnd> uselessAfter(Duration wait) {
        return over -> new TokenEnd(EndReason.UNUSABLE, over, over.plus(wait));
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
