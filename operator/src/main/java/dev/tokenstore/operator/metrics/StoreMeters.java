package dev.tokenstore.operator.metrics;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.operator.cleanup.CleanupMode;
import dev.tokenstore.operator.cleanup.CleanupPlan;
import dev.tokenstore.operator.cleanup.TokenDeletion;
import io.fabric8.kubernetes.api.model.Condition;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The meters of one store. Counters begin at zero with the store, so that the first deletion is an increase. Not
/// thread-safe.
public final class StoreMeters implements AutoCloseable {
    private static final List<String> STATUSES = List.of("True", "False", "Unknown");

    private final MeterRegistry registry;
    private final Tags tags;
    private final Map<EndReason, Counter> deleted = new EnumMap<>(EndReason.class);
    private final Counter changed;
    private final Counter failed;
    private final Map<Meter.Id, AtomicReference<Double>> tokenGauges = new HashMap<>();
    private final Map<Meter.Id, AtomicReference<Double>> conditionGauges = new HashMap<>();

    public StoreMeters(MeterRegistry registry, String namespace, String store) {
        this.registry = registry;
        this.tags = Tags.of("namespace", namespace, "store", store);
        for (var reason : EndReason.values()) {
            deleted.put(
                    reason,
                    counter("tokenstore.tokens.deleted", "Deleted tokens by reason.", "reason", reason.label()));
        }
        changed = counter(
                "tokenstore.deletions.changed",
                "Tokens that were written to between decision and deletion, and survived.");
        failed = counter("tokenstore.deletions.failed", "Deletions that the API server refused or did not answer.");
    }

    /// Updates the gauges of the store's tokens.
    ///
    /// @param maxTokens the store's limit; null: it has none
    public void observed(CleanupPlan plan, CleanupMode mode, @Nullable Integer maxTokens) {
        var counts = plan.counts();
        state("valid", counts.valid());
        state("refreshable", counts.refreshable());
        state("expired", counts.expired());
        state("unusable", counts.unusable());
        withheld("dry_run", mode == CleanupMode.DRY_RUN, plan);
        withheld("held", mode == CleanupMode.HELD, plan);
        withheld("suspended", mode == CleanupMode.SUSPENDED, plan);
        set(
                tokenGauges,
                "tokenstore.tokens.limit",
                "spec.limits.maxTokens; NaN if there is none.",
                Tags.empty(),
                maxTokens == null ? Double.NaN : maxTokens);
        timestamp(
                "tokenstore.next.cleanup",
                "Unix time at which the next token is due for deletion; NaN if none will be, or none is deleted.",
                mode == CleanupMode.DELETE ? plan.next() : null);
        timestamp(
                "tokenstore.next.expiry",
                "Unix time at which the next access token expires; NaN if none will.",
                plan.nextExpiry());
        timestamp(
                "tokenstore.oldest.token",
                "Unix time at which the oldest token was first saved; NaN if there is none.",
                plan.oldest());
    }

    /// Removes the gauges of the store's tokens, which the operator cannot see now.
    public void unknown() {
        tokenGauges.keySet().forEach(registry::removeByPreFilterId);
        tokenGauges.clear();
    }

    /// Updates the gauges of the store's conditions.
    public void conditions(List<Condition> conditions) {
        for (var condition : conditions) {
            for (var status : STATUSES) {
                set(
                        conditionGauges,
                        "tokenstore.condition",
                        "The store's conditions: 1 for the status that each has, 0 for the others.",
                        Tags.of("type", condition.getType(), "status", status),
                        status.equals(condition.getStatus()) ? 1 : 0);
            }
        }
    }

    public void deleted(TokenDeletion.Result result) {
        deleted.forEach((reason, counter) -> counter.increment(result.deleted().getOrDefault(reason, 0)));
        changed.increment(result.changed());
        failed.increment(result.failed());
    }

    /// Removes all meters of the store.
    @Override
    public void close() {
        unknown();
        conditionGauges.keySet().forEach(registry::removeByPreFilterId);
        deleted.values().forEach(registry::remove);
        registry.remove(changed);
        registry.remove(failed);
    }

    private void state(String state, int tokens) {
        var description = "Tokens by state; each is counted once.";
        set(tokenGauges, "tokenstore.tokens", description, Tags.of("state", state), tokens);
    }

    private void withheld(String cause, boolean applies, CleanupPlan plan) {
        set(
                tokenGauges,
                "tokenstore.tokens.withheld",
                "Tokens that are due for deletion but stay, by cause.",
                Tags.of("cause", cause),
                applies ? plan.due().size() : 0);
    }

    private void timestamp(String name, String description, @Nullable Instant moment) {
        var seconds = moment == null ? Double.NaN : moment.getEpochSecond();
        set(tokenGauges, name + ".timestamp.seconds", description, Tags.empty(), seconds);
    }

    private void set(
            Map<Meter.Id, AtomicReference<Double>> gauges, String name, String description, Tags more, double value) {
        gauges.computeIfAbsent(new Meter.Id(name, tags.and(more), null, description, Meter.Type.GAUGE), this::register)
                .set(value);
    }

    private AtomicReference<Double> register(Meter.Id id) {
        var value = new AtomicReference<>(Double.NaN);
        Gauge.builder(id.getName(), value, AtomicReference::get)
                .description(id.getDescription())
                .tags(id.getTags())
                .register(registry);
        return value;
    }

    private Counter counter(String name, String description, String... more) {
        return Counter.builder(name)
                .description(description)
                .tags(tags.and(more))
                .register(registry);
    }
}
