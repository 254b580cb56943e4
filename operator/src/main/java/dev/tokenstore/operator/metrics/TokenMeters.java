package dev.tokenstore.operator.metrics;

import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import dev.tokenstore.operator.cleanup.CleanupMode;
import dev.tokenstore.operator.cleanup.CleanupPlan;
import dev.tokenstore.operator.cleanup.CleanupResult;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/// The meters of the stores' tokens. Thread-safe.
public final class TokenMeters {
    private final MeterRegistry registry;
    private final Map<Tags, StoreMeters> stores = new ConcurrentHashMap<>();

    public TokenMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    /// Takes note of what was seen of a store's tokens.
    ///
    /// @param mode what happens to those that are due
    public void observed(String namespace, String store, CleanupPlan plan, CleanupMode mode) {
        stores.computeIfAbsent(tags(namespace, store), tags -> new StoreMeters(registry, tags)).seen =
                new Seen(plan.counts(), mode, plan.due().size(), plan.nextExpiry(), plan.oldest());
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

    /// What the gauges show: no list, so that nothing of the plan is held on to.
    private record Seen(
            TokenCounts counts,
            CleanupMode mode,
            int due,
            @Nullable Instant nextExpiry,
            @Nullable Instant oldest) {
        double withheld(CleanupMode cause) {
            return mode == cause ? due : 0;
        }
    }

    private static final class StoreMeters {
        private static final double NONE = Double.NaN;

        private final List<Meter> gauges = new ArrayList<>();
        private volatile Seen seen = new Seen(new TokenCounts(0, 0, 0, 0, 0), CleanupMode.DELETE, 0, null, null);

        StoreMeters(MeterRegistry registry, Tags tags) {
            state(registry, tags, "valid", TokenCounts::valid);
            state(registry, tags, "expired", TokenCounts::expired);
            state(registry, tags, "refreshable", TokenCounts::refreshable);
            state(registry, tags, "unusable", TokenCounts::unusable);
            withheld(registry, tags, "dry_run", CleanupMode.DRY_RUN);
            withheld(registry, tags, "held", CleanupMode.HELD);
            withheld(registry, tags, "suspended", CleanupMode.SUSPENDED);
            moment(registry, tags, "tokenstore.next.expiry", Seen::nextExpiry);
            moment(registry, tags, "tokenstore.oldest.token", Seen::oldest);
        }

        private void state(MeterRegistry registry, Tags tags, String state, ToIntFunction<TokenCounts> count) {
            gauges.add(Gauge.builder("tokenstore.tokens", this, meters -> count.applyAsInt(meters.seen.counts))
                    .description("Tokens of a store by state.")
                    .tags(tags.and("state", state))
                    .register(registry));
        }

        private void withheld(MeterRegistry registry, Tags tags, String cause, CleanupMode mode) {
            gauges.add(Gauge.builder("tokenstore.tokens.withheld", this, meters -> meters.seen.withheld(mode))
                    .description("Tokens that are due for deletion but stay, by cause.")
                    .tags(tags.and("cause", cause))
                    .register(registry));
        }

        private void moment(MeterRegistry registry, Tags tags, String name, Function<Seen, @Nullable Instant> moment) {
            gauges.add(Gauge.builder(name + ".timestamp", this, meters -> seconds(moment.apply(meters.seen)))
                    .description("Unix time; NaN if there is none.")
                    .baseUnit("seconds")
                    .tags(tags)
                    .register(registry));
        }

        private static double seconds(@Nullable Instant moment) {
            return moment == null ? NONE : moment.getEpochSecond();
        }
    }
}
