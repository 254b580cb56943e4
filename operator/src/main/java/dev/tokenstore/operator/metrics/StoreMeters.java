package dev.tokenstore.operator.metrics;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import dev.tokenstore.operator.cleanup.CleanupMode;
import dev.tokenstore.operator.cleanup.CleanupPlan;
import dev.tokenstore.operator.cleanup.CleanupResult;
import io.fabric8.kubernetes.api.model.Condition;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// The meters of one store. Counters begin at zero with the store, so that the first deletion is seen as an increase.
final class StoreMeters implements AutoCloseable {
    private static final List<String> STATUSES = List.of("True", "False", "Unknown");

    private final MeterRegistry registry;
    private final Tags tags;
    private final Map<EndReason, Counter> deleted = new EnumMap<>(EndReason.class);
    private final Counter changed;
    private final Counter failed;
    private final List<Meter> tokenGauges = new ArrayList<>();
    private final List<Meter> conditionGauges = new ArrayList<>();
    private final Set<String> shownConditions = new HashSet<>();
    private final Map<String, String> statusByCondition = new ConcurrentHashMap<>();
    private volatile Seen seen = Seen.NOTHING;

    StoreMeters(MeterRegistry registry, Tags tags) {
        this.registry = registry;
        this.tags = tags;
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

    /// The values that the gauges show, without a reference to the plan's lists.
    private record Seen(
            TokenCounts counts,
            CleanupMode mode,
            int due,
            @Nullable Instant nextCleanup,
            @Nullable Instant nextExpiry,
            @Nullable Instant oldest,
            double limit) {
        static final Seen NOTHING =
                new Seen(new TokenCounts(0, 0, 0, 0, 0), CleanupMode.DELETE, 0, null, null, null, Double.NaN);

        double withheld(CleanupMode cause) {
            return mode == cause ? due : 0;
        }
    }

    synchronized void observed(CleanupPlan plan, CleanupMode mode, double limit) {
        seen = new Seen(
                plan.counts(),
                mode,
                plan.due().size(),
                mode == CleanupMode.DELETE ? plan.next() : null,
                plan.nextExpiry(),
                plan.oldest(),
                limit);
        if (tokenGauges.isEmpty()) {
            showTokens();
        }
    }

    synchronized void unknown() {
        tokenGauges.forEach(registry::remove);
        tokenGauges.clear();
    }

    synchronized void said(List<Condition> conditions) {
        for (var condition : conditions) {
            statusByCondition.put(condition.getType(), condition.getStatus());
            if (shownConditions.add(condition.getType())) {
                STATUSES.forEach(status -> showCondition(condition.getType(), status));
            }
        }
    }

    void deleted(CleanupResult result) {
        deleted.forEach((reason, counter) -> counter.increment(result.deleted().getOrDefault(reason, 0)));
        changed.increment(result.changed());
        failed.increment(result.failed());
    }

    @Override
    public synchronized void close() {
        unknown();
        conditionGauges.forEach(registry::remove);
        deleted.values().forEach(registry::remove);
        registry.remove(changed);
        registry.remove(failed);
    }

    private void showTokens() {
        showState("valid", TokenCounts::valid);
        showState("refreshable", TokenCounts::refreshable);
        showState("expired", TokenCounts::expired);
        showState("unusable", TokenCounts::unusable);
        showWithheld("dry_run", CleanupMode.DRY_RUN);
        showWithheld("held", CleanupMode.HELD);
        showWithheld("suspended", CleanupMode.SUSPENDED);
        showToken(
                "tokenstore.tokens.limit",
                "spec.limits.maxTokens; NaN if there is none.",
                Tags.empty(),
                shown -> shown.limit);
        showMoment(
                "tokenstore.next.cleanup",
                "Unix time at which the next token is due for deletion; NaN if none will be, or none is deleted.",
                shown -> seconds(shown.nextCleanup));
        showMoment(
                "tokenstore.next.expiry",
                "Unix time at which the next access token expires; NaN if none will.",
                shown -> seconds(shown.nextExpiry));
        showMoment(
                "tokenstore.oldest.token",
                "Unix time at which the oldest token was first saved; NaN if there is none.",
                shown -> seconds(shown.oldest));
    }

    private void showState(String state, ToDoubleFunction<TokenCounts> count) {
        showToken(
                "tokenstore.tokens",
                "Tokens by state; each is counted once.",
                Tags.of("state", state),
                shown -> count.applyAsDouble(shown.counts));
    }

    private void showWithheld(String cause, CleanupMode mode) {
        showToken(
                "tokenstore.tokens.withheld",
                "Tokens that are due for deletion but stay, by cause.",
                Tags.of("cause", cause),
                shown -> shown.withheld(mode));
    }

    private void showMoment(String name, String description, ToDoubleFunction<Seen> moment) {
        showToken(name + ".timestamp.seconds", description, Tags.empty(), moment);
    }

    private void showToken(String name, String description, Tags more, ToDoubleFunction<Seen> value) {
        tokenGauges.add(Gauge.builder(name, this, meters -> value.applyAsDouble(meters.seen))
                .description(description)
                .tags(tags.and(more))
                .register(registry));
    }

    private void showCondition(String type, String status) {
        conditionGauges.add(
                Gauge.builder("tokenstore.condition", statusByCondition, said -> status.equals(said.get(type)) ? 1 : 0)
                        .description("The store's conditions: 1 for the status that each has, 0 for the others.")
                        .tags(tags.and("type", type, "status", status))
                        .register(registry));
    }

    private Counter counter(String name, String description, String... more) {
        return Counter.builder(name)
                .description(description)
                .tags(tags.and(more))
                .register(registry);
    }

    private static double seconds(@Nullable Instant moment) {
        return moment == null ? Double.NaN : moment.getEpochSecond();
    }
}
