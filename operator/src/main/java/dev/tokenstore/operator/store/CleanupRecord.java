package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.api.OAuthTokenStoreStatus.LastCleanup;
import dev.tokenstore.operator.cleanup.CleanupResult;
import dev.tokenstore.operator.condition.Conditions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is told of the last cleanup. A large one takes several reconciliations, so that a changed policy is heeded in
/// between, and is told as one all the same.
///
/// @param last null: none ever deleted anything
/// @param news whether `last` belongs to the cleanup of this moment
record CleanupRecord(@Nullable LastCleanup last, boolean news) {
    static CleanupRecord of(@Nullable OAuthTokenStoreStatus before, CleanupResult result, Instant now) {
        var last = before == null ? null : before.lastCleanup();
        var goesOn = before != null
                && Conditions.reason(before.conditions(), StoreVerdicts.CLEANED_UP)
                        .filter(StoreVerdicts.CLEANUP_RUNNING::equals)
                        .isPresent();
        if (result.total() == 0) {
            return new CleanupRecord(last, goesOn);
        }
        Map<String, Integer> deleted = new HashMap<>(goesOn && last != null ? last.deleted() : Map.of());
        result.deleted().forEach((reason, number) -> deleted.merge(reason.label(), number, Integer::sum));
        return new CleanupRecord(
                new LastCleanup(now.truncatedTo(ChronoUnit.SECONDS).toString(), deleted, null), true);
    }
}
