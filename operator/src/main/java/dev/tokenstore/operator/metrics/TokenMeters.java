package dev.tokenstore.operator.metrics;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.operator.cleanup.CleanupMode;
import dev.tokenstore.operator.cleanup.CleanupPlan;
import dev.tokenstore.operator.cleanup.CleanupResult;
import io.fabric8.kubernetes.api.model.Condition;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// The meters of the stores and their tokens. Thread-safe.
public final class TokenMeters {
    private final MeterRegistry registry;
    private final Map<Tags, StoreMeters> stores = new ConcurrentHashMap<>();

    public TokenMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /// Updates the gauges of a store's tokens.
    ///
    /// @param mode what happens to due tokens
    public void observed(OAuthTokenStore store, CleanupPlan plan, CleanupMode mode) {
        meters(store).observed(plan, mode, maxTokens(store));
    }

    /// Removes the gauges of a store's tokens, since they cannot be seen now.
    public void unknown(OAuthTokenStore store) {
        meters(store).unknown();
    }

    /// Updates the gauges of a store's conditions.
    public void said(OAuthTokenStore store, List<Condition> conditions) {
        meters(store).said(conditions);
    }

    public void deleted(String namespace, String store, CleanupResult result) {
        meters(namespace, store).deleted(result);
    }

    /// Drops all meters of a store that is gone.
    public void forget(String namespace, String store) {
        var meters = stores.remove(tags(namespace, store));
        if (meters != null) {
            meters.close();
        }
    }

    private StoreMeters meters(OAuthTokenStore store) {
        return meters(store.getMetadata().getNamespace(), store.getMetadata().getName());
    }

    private StoreMeters meters(String namespace, String store) {
        return stores.computeIfAbsent(tags(namespace, store), tags -> new StoreMeters(registry, tags));
    }

    private static double maxTokens(OAuthTokenStore store) {
        var limits = store.getSpec() == null ? null : store.getSpec().limits();
        return limits == null || limits.maxTokens() == null ? Double.NaN : limits.maxTokens();
    }

    private static Tags tags(String namespace, String store) {
        return Tags.of("namespace", namespace, "store", store);
    }
}
