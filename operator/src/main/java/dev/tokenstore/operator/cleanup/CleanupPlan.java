package dev.tokenstore.operator.cleanup;

import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.api.TokenClass;
import dev.tokenstore.api.TokenEnd;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What is to be done about a store's tokens at a moment, decided from what is known of them alone.
///
/// @param counts all tokens, those that are due included
/// @param due to be deleted now
/// @param next when the next of the others is due; null: never
/// @param nextCount when time alone changes the counts next; null: never
public record CleanupPlan(
        TokenCounts counts,
        List<DueToken> due,
        @Nullable Instant next,
        @Nullable Instant nextCount) {
    public static CleanupPlan of(Collection<IndexedToken> tokens, RetentionPolicy policy, Instant now) {
        var due = new ArrayList<DueToken>();
        Instant next = null;
        Instant nextCount = null;
        var classes = new int[TokenClass.values().length];
        for (var token : tokens) {
            classes[TokenClass.of(token.facts(), now).ordinal()]++;
            nextCount = earlierFuture(nextCount, token.facts().accessExpiry(), now);
            nextCount = earlierFuture(nextCount, token.facts().unusableFrom().orElse(null), now);
            var end = token.terminating() ? Optional.<TokenEnd>empty() : policy.deletion(token.facts());
            if (end.isEmpty()) {
                continue;
            }
            if (end.get().deletion().isAfter(now)) {
                next = earlierFuture(next, end.get().deletion(), now);
            } else {
                due.add(new DueToken(token, end.get().reason()));
            }
        }
        return new CleanupPlan(counts(classes), List.copyOf(due), next, nextCount);
    }

    private static TokenCounts counts(int[] classes) {
        int valid = classes[TokenClass.VALID.ordinal()];
        int expired = classes[TokenClass.EXPIRED.ordinal()];
        int refreshable = classes[TokenClass.REFRESHABLE.ordinal()];
        int unusable = classes[TokenClass.UNUSABLE.ordinal()];
        return new TokenCounts(valid + expired + refreshable + unusable, valid, expired, refreshable, unusable);
    }

    private static @Nullable Instant earlierFuture(@Nullable Instant best, @Nullable Instant candidate, Instant now) {
        if (candidate == null || !candidate.isAfter(now)) {
            return best;
        }
        return best == null || candidate.isBefore(best) ? candidate : best;
    }
}
