package dev.tokenstore.operator.cleanup;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.api.TokenUsability;
import dev.tokenstore.operator.token.IndexedToken;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a cleanup would do with a store's tokens at a moment; a pure function of the index.
///
/// @param counts all tokens, those that are due included
/// @param restored how many of them predate their Secret ([TokenFacts#predatesItsSecret])
/// @param due to be deleted now
/// @param next when the next of the others is due; null: never
/// @param nextCount when time alone changes the counts next; null: never
/// @param nextExpiry when the next access token expires; null: none will, or it is not known
/// @param oldest when the oldest token was first saved; null: there is none, or it is not known
public record CleanupPlan(
        TokenCounts counts,
        int restored,
        List<DueToken> due,
        @Nullable Instant next,
        @Nullable Instant nextCount,
        @Nullable Instant nextExpiry,
        @Nullable Instant oldest) {
    /// A token that is due, as it was when that was decided.
    public record DueToken(IndexedToken token, EndReason reason) {}

    public static CleanupPlan of(Collection<IndexedToken> tokens, RetentionPolicy policy, Instant now) {
        var due = new ArrayList<DueToken>();
        Instant next = null;
        Instant nextCount = null;
        Instant nextExpiry = null;
        Instant oldest = null;
        var counts = new int[TokenUsability.values().length];
        int restored = 0;
        for (var token : tokens) {
            if (token.terminating()) {
                // gone: someone deleted it, and a finalizer holds its Secret
                continue;
            }
            counts[TokenUsability.of(token.facts(), now).ordinal()]++;
            nextExpiry = earlierFuture(nextExpiry, token.facts().accessExpiry(), now);
            oldest = earlier(oldest, token.facts().firstSaved());
            nextCount = earlierFuture(nextCount, token.facts().unusableFrom().orElse(null), now);
            if (token.facts().predatesItsSecret()) {
                restored++;
            }
            var end = policy.deletion(token.facts());
            if (end.isEmpty()) {
                continue;
            }
            if (end.get().deletion().isAfter(now)) {
                next = earlierFuture(next, end.get().deletion(), now);
            } else {
                due.add(new DueToken(token, end.get().reason()));
            }
        }
        return new CleanupPlan(
                counts(counts), restored, List.copyOf(due), next, earlier(nextCount, nextExpiry), nextExpiry, oldest);
    }

    /// All tokens but those that are being created.
    public int total() {
        return counts.total();
    }

    /// The number of tokens that are due, by reason.
    public Map<EndReason, Integer> dueByReason() {
        var byReason = new EnumMap<EndReason, Integer>(EndReason.class);
        due.forEach(token -> byReason.merge(token.reason(), 1, Integer::sum));
        return byReason;
    }

    private static TokenCounts counts(int[] counts) {
        int valid = counts[TokenUsability.VALID.ordinal()];
        int expired = counts[TokenUsability.EXPIRED.ordinal()];
        int refreshable = counts[TokenUsability.REFRESHABLE.ordinal()];
        int unusable = counts[TokenUsability.UNUSABLE.ordinal()];
        return new TokenCounts(valid + expired + refreshable + unusable, valid, expired, refreshable, unusable);
    }

    private static @Nullable Instant earlierFuture(@Nullable Instant best, @Nullable Instant candidate, Instant now) {
        return candidate == null || !candidate.isAfter(now) ? best : earlier(best, candidate);
    }

    private static @Nullable Instant earlier(@Nullable Instant best, @Nullable Instant candidate) {
        return best == null || candidate != null && candidate.isBefore(best) ? candidate : best;
    }
}
