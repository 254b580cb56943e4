package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.operator.cleanup.CleanupMode;
import dev.tokenstore.operator.cleanup.CleanupPlan;
import dev.tokenstore.operator.cleanup.CleanupResult;
import dev.tokenstore.operator.cleanup.TokenDeletion;
import dev.tokenstore.operator.condition.Verdict;
import dev.tokenstore.operator.metrics.TokenMeters;
import dev.tokenstore.operator.token.TokenIndex;
import dev.tokenstore.operator.token.TokenWatches;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The cleanup of a store that is not being deleted: plans, deletes a batch of due tokens, and says when to run again.
final class StoreCleanup {
    private static final Duration AFTER_CHANGE = Duration.ofSeconds(1);

    private final TokenWatches watches;
    private final TokenDeletion deletion;
    private final StoreEvents events;
    private final TokenMeters meters;
    private final InstantSource clock;

    StoreCleanup(
            TokenWatches watches, TokenDeletion deletion, StoreEvents events, TokenMeters meters, InstantSource clock) {
        this.watches = watches;
        this.deletion = deletion;
        this.events = events;
        this.meters = meters;
        this.clock = clock;
    }

    /// The outcome of a cleanup.
    ///
    /// @param counts of the tokens that are left
    /// @param next when something is due; null: never, or nothing is deleted
    /// @param at when the tokens that are left were judged
    /// @param wakes the moments at which to reconcile although no watch reports a change
    record Outcome(
            Verdict cleanedUp, TokenCounts counts, @Nullable Instant next, Instant at, List<Instant> wakes) {}

    /// @param isCurrent whether the store is still unchanged; evaluated before each deletion
    Outcome cleanUp(
            OAuthTokenStore store,
            StoreMemory memory,
            RetentionPolicy policy,
            TokenIndex index,
            BooleanSupplier isCurrent) {
        var namespace = store.getMetadata().getNamespace();
        var name = store.getMetadata().getName();
        var now = clock.instant();
        var plan = CleanupPlan.of(index.tokensOf(name), policy, now);
        var mode = CleanupMode.of(store, policy, plan);
        var result = CleanupResult.NOTHING;
        var left = plan;
        if (mode == CleanupMode.DELETE && !plan.due().isEmpty()) {
            result = deletion.delete(namespace, index, plan.due(), isCurrent);
            now = clock.instant();
            left = CleanupPlan.of(index.tokensOf(name), policy, now);
        }
        memory.ledger().deleted(result.deleted(), now);
        if (mode == CleanupMode.DRY_RUN) {
            memory.ledger().wouldDelete(left.dueByReason(), now);
        }
        meters.observed(store, left, mode);
        meters.deleted(namespace, name, result);
        watchLimit(store, memory, left.total());
        if (memory.lagsBehind(result.changed() > 0)) {
            watches.renew(namespace);
        }
        return new Outcome(
                StoreVerdicts.cleanedUp(store, mode, left, result),
                left.counts(),
                mode == CleanupMode.DELETE ? nextCleanup(left, now) : null,
                now,
                Stream.concat(wakes(mode, left, result, now), afterFailure(memory, result, now))
                        .toList());
    }

    private void watchLimit(OAuthTokenStore store, StoreMemory memory, int tokens) {
        var limits = store.getSpec() == null ? null : store.getSpec().limits();
        var limit = limits == null ? null : limits.maxTokens();
        var becameFull = memory.becameFull(limit != null && tokens >= limit);
        if (becameFull && limit != null) {
            events.full(store, tokens, limit);
        }
    }

    private static Stream<Instant> wakes(CleanupMode mode, CleanupPlan left, CleanupResult result, Instant now) {
        var moments = Stream.<Instant>builder();
        if (mode != CleanupMode.SUSPENDED) {
            Optional.ofNullable(left.next()).ifPresent(moments);
        }
        if (mode == CleanupMode.DELETE && !left.due().isEmpty() && result.failed() == 0) {
            // the watch reports tokens that changed during the deletion, hardly ever later than this
            moments.add(result.changed() > 0 ? now.plus(AFTER_CHANGE) : now);
        }
        Optional.ofNullable(left.nextCount())
                .map(moment -> moment.isBefore(now.plus(StatusPace.LEAST)) ? now.plus(StatusPace.LEAST) : moment)
                .ifPresent(moments);
        return moments.build();
    }

    private static Stream<Instant> afterFailure(StoreMemory memory, CleanupResult result, Instant now) {
        if (result.failed() == 0) {
            memory.afterFailedCleanup().reset();
            return Stream.empty();
        }
        return Stream.of(now.plus(memory.afterFailedCleanup().next()));
    }

    private static @Nullable Instant nextCleanup(CleanupPlan left, Instant now) {
        return left.due().isEmpty() ? left.next() : now;
    }
}
