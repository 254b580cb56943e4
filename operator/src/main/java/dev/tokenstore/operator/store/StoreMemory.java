package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.operator.access.AccessResult;
import dev.tokenstore.runtime.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// State of a store between reconciliations. A restart loses it without harm.
final class StoreMemory {
    private static final int OUTDATED_TOO_OFTEN = 5;
    private static final int REFUSALS_WHILE_SETTLING = 6;

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

    /// Returns whether this is the memory of that store, not of an earlier one of the same name.
    boolean isOf(OAuthTokenStore store) {
        return uid.equals(store.getMetadata().getUid());
    }

    /// The status that was written last; null if none was.
    @Nullable OAuthTokenStoreStatus status() {
        return status;
    }

    void wrote(OAuthTokenStoreStatus newStatus, Instant now) {
        status = newStatus;
        pace.written(now);
    }

    /// Records the reason of a condition that was reported; returns the reason reported before, empty if none was.
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

    /// Records whether the store is full; returns whether it has become so since the last call.
    boolean becameFull(boolean isFull) {
        var became = isFull && !full;
        full = isFull;
        return became;
    }

    /// Counts refusals of access; returns whether this one is among the first, which a new store or policy causes.
    boolean isSettling(AccessResult result) {
        refusals = result instanceof AccessResult.Granted ? 0 : refusals + 1;
        return refusals > 0 && refusals <= REFUSALS_WHILE_SETTLING;
    }

    /// Records that the tokens are being listed; returns for how long they have been.
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

    /// Records whether a cleanup decided on an outdated view of a token; returns whether that happened more often in a
    /// row
    /// than a healthy watch explains.
    boolean lagsBehind(boolean wasOutdated) {
        outdated = wasOutdated ? outdated + 1 : 0;
        return outdated > 0 && outdated % OUTDATED_TOO_OFTEN == 0;
    }
}
