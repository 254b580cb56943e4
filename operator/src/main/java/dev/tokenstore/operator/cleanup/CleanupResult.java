package dev.tokenstore.operator.cleanup;

import dev.tokenstore.api.EndReason;
import java.util.Map;

/// The outcome of a batch of deletions.
///
/// @param deleted number of deleted tokens by reason, of those of which there are any
/// @param changed number of tokens that survive because someone wrote to them since the decision
/// @param failed number of deletions that failed for another cause
/// @param forbidden whether the operator lacks the right to delete
public record CleanupResult(Map<EndReason, Integer> deleted, int changed, int failed, boolean forbidden) {
    public static final CleanupResult NOTHING = new CleanupResult(Map.of(), 0, 0, false);

    public CleanupResult {
        deleted = Map.copyOf(deleted);
    }

    public int total() {
        return deleted.values().stream().mapToInt(Integer::intValue).sum();
    }
}
