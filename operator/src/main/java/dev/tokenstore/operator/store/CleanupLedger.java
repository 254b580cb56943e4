package dev.tokenstore.operator.store;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.api.OAuthTokenStoreStatus.LastCleanup;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The record of a store's last cleanup, as status and events report it. It adds up the deletions of a large cleanup,
/// which takes several reconciliations, and of cleanups that are too close to each other for a status each. Not
/// thread-safe.
final class CleanupLedger {
    private @Nullable LastCleanup last;
    private boolean unreported;

    /// Continues from the status, also in the middle of a cleanup that another process started.
    CleanupLedger(@Nullable OAuthTokenStoreStatus before) {
        last = before == null ? null : before.lastCleanup();
        unreported = before != null
                && Conditions.reason(before.conditions(), StoreVerdicts.CLEANED_UP)
                        .filter(StoreVerdicts.CLEANUP_RUNNING::equals)
                        .isPresent();
    }

    void deleted(Map<EndReason, Integer> byReason, Instant now) {
        if (byReason.isEmpty()) {
            return;
        }
        Map<String, Integer> before = unreported && last != null && !isDryRun(last) ? last.deleted() : Map.of();
        var sum = new TreeMap<>(before);
        byReason.forEach((reason, number) -> sum.merge(reason.label(), number, Integer::sum));
        last = new LastCleanup(now.truncatedTo(ChronoUnit.SECONDS).toString(), sum, null);
        unreported = true;
    }

    /// Records what a dry run would have deleted, if that differs from the last record.
    void wouldDelete(Map<EndReason, Integer> byReason, Instant now) {
        var sum = new TreeMap<String, Integer>();
        byReason.forEach((reason, number) -> sum.put(reason.label(), number));
        var unchanged = last != null && isDryRun(last) && last.deleted().equals(sum);
        if (unchanged || sum.isEmpty() && (last == null || !isDryRun(last))) {
            return;
        }
        last = new LastCleanup(now.truncatedTo(ChronoUnit.SECONDS).toString(), sum, true);
        unreported = true;
    }

    /// The last cleanup; null: none ever deleted anything.
    @Nullable LastCleanup last() {
        return last;
    }

    /// Returns whether something was recorded that no event has reported.
    boolean isUnreported() {
        return unreported;
    }

    /// Records that an event reported the cleanup; later deletions belong to another cleanup.
    void reported() {
        unreported = false;
    }

    private static boolean isDryRun(LastCleanup cleanup) {
        return Boolean.TRUE.equals(cleanup.dryRun());
    }
}
