package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStore;

/// What is remembered of a store between reconciliations, all of it dispensable: a restart forgets it.
final class StoreMemory {
    private final String uid;
    private final StatusPace pace = new StatusPace();
    private final CleanupLedger ledger;
    private boolean full;
    private int refusals;

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
}
