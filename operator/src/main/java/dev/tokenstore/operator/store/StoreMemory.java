package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStore;
import java.time.Duration;

/// What is remembered of a store between reconciliations, all of it dispensable: a restart forgets it.
final class StoreMemory {
    private static final int OUTDATED_TOO_OFTEN = 5;
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private final String uid;
    private final StatusPace pace = new StatusPace();
    private final CleanupLedger ledger;
    private boolean full;
    private int refusals;
    private int failures;
    private int outdated;

    StoreMemory(OAuthTokenStore store) {
        uid = store.getMetadata().getUid();
        ledger = new CleanupLedger(store.getStatus());
    }

    /// Whether it belongs to this very store, not to an earlier one of the same name.
    boolean isOf(OAuthTokenStore store) {
        return uid.equals(store.getMetadata().getUid());
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

    /// Takes note of a cleanup in which a deletion failed; returns how long to wait before the next one: a second at
    /// first, and twice as long each time.
    Duration cleanupFailed() {
        var wait = FIRST_WAIT.multipliedBy(1L << Math.min(failures++, 5));
        return wait.compareTo(LONGEST_WAIT) < 0 ? wait : LONGEST_WAIT;
    }

    void cleanupSucceeded() {
        failures = 0;
    }

    /// Takes note whether a cleanup went by what was no longer true of a token; returns whether that was so too often,
    /// one
    /// after the other, for a watch that is only a moment behind.
    boolean lagsBehind(boolean wentByOldNews) {
        outdated = wentByOldNews ? outdated + 1 : 0;
        return outdated > 0 && outdated % OUTDATED_TOO_OFTEN == 0;
    }
}
