package dev.tokenstore.operator.store;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.api.TokenFacts;
import dev.tokenstore.operator.cleanup.CleanupMode;
import dev.tokenstore.operator.cleanup.CleanupPlan;
import dev.tokenstore.operator.cleanup.CleanupPlan.DueToken;
import dev.tokenstore.operator.cleanup.TokenDeletion;
import dev.tokenstore.operator.token.SecretMetadata;
import dev.tokenstore.operator.token.TokenIndex;
import dev.tokenstore.operator.token.TokenWatches;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Deletes batches of a store's tokens: those that are due, or all when the store is deleted. Says when to run again.
final class StoreCleanup {
    private static final Duration AFTER_CHANGE = Duration.ofSeconds(1);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(30);

    private final TokenWatches watches;
    private final TokenDeletion deletion;
    private final SecretMetadata secrets;
    private final StoreEvents events;
    private final InstantSource clock;

    StoreCleanup(
            TokenWatches watches,
            TokenDeletion deletion,
            SecretMetadata secrets,
            StoreEvents events,
            InstantSource clock) {
        this.watches = watches;
        this.deletion = deletion;
        this.secrets = secrets;
        this.events = events;
        this.clock = clock;
    }

    /// The outcome of a cleanup.
    ///
    /// @param counts of the tokens that are left
    /// @param next when something is due; null: never, or nothing is deleted
    /// @param at when the tokens that are left were judged
    /// @param wakeups the moments at which to reconcile although no watch reports a change
    record Outcome(
            Verdict cleanedUp, TokenCounts counts, @Nullable Instant next, Instant at, List<Instant> wakeups) {}

    /// Plans a cleanup and deletes a batch of the tokens that are due.
    ///
    /// @param isCurrent whether the store is still unchanged; evaluated before each deletion
    Outcome cleanUp(
            OAuthTokenStore store,
            StoreState state,
            RetentionPolicy policy,
            TokenIndex index,
            BooleanSupplier isCurrent) {
        var name = store.getMetadata().getName();
        var now = clock.instant();
        var plan = CleanupPlan.of(index.tokensOf(name), policy, now);
        var mode = CleanupMode.of(store, policy, plan);
        var result = TokenDeletion.Result.NOTHING;
        var left = plan;
        var deletable = deletable(store, mode, plan);
        if (!deletable.isEmpty()) {
            result = delete(store, state, index, deletable, isCurrent);
            now = clock.instant();
            left = CleanupPlan.of(index.tokensOf(name), policy, now);
            mode = CleanupMode.of(store, policy, left);
            deletable = deletable(store, mode, left);
        }
        if (mode == CleanupMode.DRY_RUN) {
            state.ledger().wouldDelete(left.dueByReason(), now);
        }
        var limits = store.getSpec() == null ? null : store.getSpec().limits();
        var limit = limits == null ? null : limits.maxTokens();
        state.meters().observed(left, mode, limit);
        if (state.becameFull(limit != null && left.total() >= limit) && limit != null) {
            events.full(store, state, left.total(), limit);
        }
        renewIfLagging(store, state, result.changed() > 0);
        return new Outcome(
                StoreVerdicts.cleanedUp(store, mode, left, result),
                left.counts(),
                mode == CleanupMode.DELETE ? left.due().isEmpty() ? left.next() : now : null,
                now,
                Stream.concat(wakeups(mode, left, !deletable.isEmpty(), result, now), afterFailure(state, result, now))
                        .toList());
    }

    /// Deletes a batch of the tokens of a store that is being deleted, except those that are annotated to be kept.
    ///
    /// @return when to run again; empty once there are none
    Optional<Duration> deleteAll(OAuthTokenStore store, StoreState state, TokenIndex index) {
        var metadata = store.getMetadata();
        var due = index.tokensOf(metadata.getName()).stream()
                .filter(token -> !token.facts().keep() && !token.terminating())
                .map(token -> new DueToken(token, EndReason.STORE_DELETED))
                .toList();
        if (due.isEmpty() && !secrets.hasToken(metadata.getNamespace(), metadata.getName(), this::mustBeDeleted)) {
            return Optional.empty();
        }
        var result = delete(store, state, index, due, () -> true);
        renewIfLagging(store, state, result.total() == 0 && result.failed() == 0);
        return Optional.of(result.failed() > 0 ? AFTER_FAILURE : AFTER_CHANGE);
    }

    private static List<DueToken> deletable(OAuthTokenStore store, CleanupMode mode, CleanupPlan plan) {
        return switch (mode) {
            case DELETE -> plan.due();
            case HELD -> {
                var held = CleanupMode.held(store, plan);
                yield plan.due().stream().filter(due -> !held.contains(due)).toList();
            }
            case SUSPENDED, DRY_RUN -> List.of();
        };
    }

    private TokenDeletion.Result delete(
            OAuthTokenStore store, StoreState state, TokenIndex index, List<DueToken> due, BooleanSupplier isCurrent) {
        var result = deletion.delete(store.getMetadata().getNamespace(), index, due, isCurrent);
        state.ledger().deleted(result.deleted(), clock.instant());
        state.meters().deleted(result);
        return result;
    }

    private void renewIfLagging(OAuthTokenStore store, StoreState state, boolean wasStale) {
        if (state.watchLags(wasStale)) {
            watches.renew(store.getMetadata().getNamespace());
        }
    }

    private boolean mustBeDeleted(ObjectMeta token) {
        return token.getDeletionTimestamp() == null
                && !TokenFacts.read(token, clock.instant()).keep();
    }

    private static Stream<Instant> wakeups(
            CleanupMode mode, CleanupPlan left, boolean goesOn, TokenDeletion.Result result, Instant now) {
        var moments = Stream.<Instant>builder();
        if (mode != CleanupMode.SUSPENDED) {
            Optional.ofNullable(left.next()).ifPresent(moments);
        }
        if (goesOn && result.failed() == 0) {
            // the watch reports tokens that changed during the deletion, hardly ever later than this
            moments.add(result.changed() > 0 ? now.plus(AFTER_CHANGE) : now);
        }
        var earliest = now.plus(StoreState.STATUS_INTERVAL);
        Optional.ofNullable(left.nextCount())
                .map(moment -> moment.isBefore(earliest) ? earliest : moment)
                .ifPresent(moments);
        return moments.build();
    }

    private static Stream<Instant> afterFailure(StoreState state, TokenDeletion.Result result, Instant now) {
        if (result.failed() == 0) {
            state.failedCleanups().reset();
            return Stream.empty();
        }
        return Stream.of(now.plus(state.failedCleanups().next()));
    }
}
