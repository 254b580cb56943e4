package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStore;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The [StoreMemory] of each store. Thread-safe; a StoreMemory is not, since one thread at a time reconciles a store.
final class StoreMemories {
    private final Map<ResourceID, StoreMemory> memories = new ConcurrentHashMap<>();

    /// Returns the memory of this store; the memory of an earlier store of the same name is dropped.
    StoreMemory of(OAuthTokenStore store) {
        return memories.compute(
                ResourceID.fromResource(store),
                (id, known) -> known != null && known.isOf(store) ? known : new StoreMemory(store));
    }

    /// Returns whether a reconciliation of this store has started since the operator did.
    boolean know(OAuthTokenStore store) {
        var memory = memories.get(ResourceID.fromResource(store));
        return memory != null && memory.isOf(store);
    }

    void forget(OAuthTokenStore store) {
        memories.remove(ResourceID.fromResource(store));
    }
}
