package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.runtime.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What is remembered of a store between reconciliations, all of it dispensable: a restart forgets it.
final class StoreMemory {
    private static final int OUTDATED_TOO_OFTEN = 5;

    private final String uid;
    private final StatusPace pace = new StatusPace();
    private final CleanupLedger ledger;
    private final Backoff afterFailedCleanup = Backoff.exponential(Duration.ofSeconds(1), Duration.ofSeconds(30));
    private final Map<String, String> told = new HashMap<>();
    private @Nullable OAuthTokenStoreStatus status;
    private @Nullable Instant loadingSince;
    private boolean full;
    private int refusals;
    private int outdated;

    StoreMemory(OAuthTokenStore store) {
        uid = store.getMetadata().getUid();
        ledger = new CleanupLedger(store.getStatus());
        status = store.getStatus();
        if (status != null) {
            status.conditions().forEach(condition -> told.put(condition.getType(), condition.getReason()));
        }
    }

    /// Whether it belongs to this very store, not to an earlier one of the same name.
    boolean isOf(OAuthTokenStore store) {
        return uid.equals(store.getMetadata().getUid());
    }

    /// What was said last; null: nothing.
    @Nullable OAuthTokenStoreStatus status() {
        return status;
    }

    void wrote(OAuthTokenStoreStatus newStatus, Instant now) {
        status = newStatus;
        pace.written(now);
    }

    /// Takes note that a condition's reason is told; returns the one that was told before, empty if none was.
    String told(String condition, String reason) {
        var before = told.put(condition, reason);
        return before == null ? "" : before;
    }

    StatusPace pace() {
        return pace;
    }

    CleanupLedger ledger() {
        return ledger;
    }

    /// Takes note whether the store is full; returns whether it was not a moment ago.
    boolean becameFull(boolean isFull) {
        var became = isFull && !full;
        full = isFull;
        return became;
    }

    /// Takes note that access could not be granted; returns how often that happened one after the other.
    int accessRefused() {
        return ++refusals;
    }

    void accessGranted() {
        refusals = 0;
    }

    /// Takes note that the tokens are still being listed; returns for how long by now.
    Duration loading(Instant now) {
        if (loadingSince == null) {
            loadingSince = now;
        }
        return Duration.between(loadingSince, now);
    }

    void loaded() {
        loadingSince = null;
    }

    /// The backoff between cleanups in which deletions fail.
    Backoff afterFailedCleanup() {
        return afterFailedCleanup;
    }

    /// Takes note whether a cleanup went by what was no longer true of a token; returns whether that was so too often
    /// in a row for a watch that is only a moment behind.
    boolean lagsBehind(boolean wentByOldNews) {
        outdated = wentByOldNews ? outdated + 1 : 0;
        return outdated > 0 && outdated % OUTDATED_TOO_OFTEN == 0;
    }
}
