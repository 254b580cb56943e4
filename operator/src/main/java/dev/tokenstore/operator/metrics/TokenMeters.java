package dev.tokenstore.operator.metrics;

import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import dev.tokenstore.operator.cleanup.CleanupResult;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToIntFunction;

/// The meters of the stores' tokens. Thread-safe.
public final class TokenMeters {
    private final MeterRegistry registry;
    private final Map<Tags, StoreMeters> stores = new ConcurrentHashMap<>();

    public TokenMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    public void counted(String namespace, String store, TokenCounts counts) {
        stores.computeIfAbsent(tags(namespace, store), tags -> new StoreMeters(registry, tags)).counts = counts;
    }

    public void deleted(String namespace, String store, CleanupResult result) {
        var tags = tags(namespace, store);
        result.deleted()
                .forEach((reason, number) ->
                        count("tokenstore.tokens.deleted", tags.and("reason", reason.label()), number));
        count("tokenstore.deletions.changed", tags, result.changed());
        count("tokenstore.deletions.failed", tags, result.failed());
    }

    /// Drops the counts of a store that is gone.
    public void forget(String namespace, String store) {
        var meters = stores.remove(tags(namespace, store));
        if (meters != null) {
            meters.gauges.forEach(registry::remove);
        }
    }

    private void count(String name, Tags tags, int number) {
        Counter.builder(name).tags(tags).register(registry).increment(number);
    }

    private static Tags tags(String namespace, String store) {
        return Tags.of("namespace", namespace, "store", store);
    }

    private static final class StoreMeters {
        private final List<Meter> gauges = new ArrayList<>();
        private volatile TokenCounts counts = new TokenCounts(0, 0, 0, 0, 0);

        StoreMeters(MeterRegistry registry, Tags tags) {
            gauge(registry, tags, "valid", TokenCounts::valid);
            gauge(registry, tags, "expired", TokenCounts::expired);
            gauge(registry, tags, "refreshable", TokenCounts::refreshable);
            gauge(registry, tags, "unusable", TokenCounts::unusable);
        }

        private void gauge(MeterRegistry registry, Tags tags, String state, ToIntFunction<TokenCounts> count) {
            gauges.add(Gauge.builder("tokenstore.tokens", this, meters -> count.applyAsInt(meters.counts))
                    .tags(tags.and("state", state))
                    .register(registry));
        }
    }
}
