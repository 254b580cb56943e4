package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStore;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// What is remembered of each store. Thread-safe, which a [StoreMemory] is not: one store is reconciled by one thread
/// at a time.
final class StoreMemories {
    private final Map<ResourceID, StoreMemory> memories = new ConcurrentHashMap<>();

    /// The memory of this very store; that of an earlier store of the same name is dropped.
    StoreMemory of(OAuthTokenStore store) {
        return memories.compute(
                ResourceID.fromResource(store),
                (id, known) -> known != null && known.isOf(store) ? known : new StoreMemory(store));
    }

    /// Whether this very store was reconciled, or is being.
    boolean know(OAuthTokenStore store) {
        var memory = memories.get(ResourceID.fromResource(store));
        return memory != null && memory.isOf(store);
    }

    void forget(OAuthTokenStore store) {
        memories.remove(ResourceID.fromResource(store));
    }
}
