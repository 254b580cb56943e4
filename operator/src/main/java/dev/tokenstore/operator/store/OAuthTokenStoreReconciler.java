package dev.tokenstore.operator.store;

import static dev.tokenstore.operator.store.StoreVerdicts.CLEANED_UP;
import static dev.tokenstore.operator.store.StoreVerdicts.READY;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.api.OAuthTokenStoreStatus.LastCleanup;
import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.operator.cleanup.CleanupPlan;
import dev.tokenstore.operator.cleanup.CleanupResult;
import dev.tokenstore.operator.cleanup.TokenDeletion;
import dev.tokenstore.operator.cleanup.TokenIndex;
import dev.tokenstore.operator.cleanup.TokenView;
import dev.tokenstore.operator.cleanup.TokenWatches;
import dev.tokenstore.operator.condition.Conditions;
import dev.tokenstore.operator.condition.Verdict;
import dev.tokenstore.operator.metrics.TokenMeters;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reconciles stores: looks at the tokens' metadata, decides, deletes what is due, and writes what it saw as status.
/// It wakes when a token changes and at the next deadline, and asks nothing in between.
@ControllerConfiguration(name = OAuthTokenStoreReconciler.NAME)
public final class OAuthTokenStoreReconciler implements Reconciler<OAuthTokenStore> {
    /// The controller's name, which owns the fields of the status too.
    public static final String NAME = "oauth-token-store";

    private static final Duration AFTER_FAILURE = Duration.ofSeconds(30);
    private static final Duration AFTER_CHANGE = Duration.ofSeconds(1);

    private final TokenWatches watches;
    private final TokenDeletion deletion;
    private final StoreEvents events;
    private final TokenMeters meters;
    private final Conditions conditions;
    private final InstantSource clock;
    private final StatusPace pace = new StatusPace();

    public OAuthTokenStoreReconciler(
            TokenWatches watches, TokenDeletion deletion, StoreEvents events, TokenMeters meters, InstantSource clock) {
        this.watches = watches;
        this.deletion = deletion;
        this.events = events;
        this.meters = meters;
        this.conditions = new Conditions(clock);
        this.clock = clock;
    }

    @Override
    public List<EventSource<?, OAuthTokenStore>> prepareEventSources(EventSourceContext<OAuthTokenStore> context) {
        return List.of(new TokenEventSource(watches, pace, meters));
    }

    @Override
    public UpdateControl<OAuthTokenStore> reconcile(OAuthTokenStore store, Context<OAuthTokenStore> context) {
        var namespace = store.getMetadata().getNamespace();
        return switch (watches.view(namespace)) {
            case TokenView.Loading loading -> UpdateControl.noUpdate();
            case TokenView.Refused refused -> blind(store, StoreVerdicts.refused(namespace), refused.retryIn());
            case TokenView.Watching watching -> {
                RetentionPolicy policy;
                try {
                    policy = RetentionPolicy.of(store.getSpec());
                } catch (IllegalArgumentException e) {
                    yield blind(store, StoreVerdicts.invalidSpec(e), AFTER_FAILURE);
                }
                yield cleanUp(store, policy, watching.index());
            }
        };
    }

    @Override
    public ErrorStatusUpdateControl<OAuthTokenStore> updateErrorStatus(
            OAuthTokenStore store, Context<OAuthTokenStore> context, Exception e) {
        return ErrorStatusUpdateControl.patchStatus(patch(store, blindStatus(store, StoreVerdicts.failed(e))));
    }

    private UpdateControl<OAuthTokenStore> cleanUp(OAuthTokenStore store, RetentionPolicy policy, TokenIndex index) {
        var metadata = store.getMetadata();
        var plan = CleanupPlan.of(index.tokensOf(metadata.getName()), policy, clock.instant());
        var result = policy.suspended()
                ? CleanupResult.NOTHING
                : deletion.delete(metadata.getNamespace(), index, plan.due());
        var now = clock.instant();
        var left = CleanupPlan.of(index.tokensOf(metadata.getName()), policy, now);
        var cleanedUp =
                policy.suspended() ? StoreVerdicts.suspended(left.due().size()) : StoreVerdicts.cleanedUp(left, result);
        var cleanup = CleanupRecord.of(store.getStatus(), result, now);
        tell(store, cleanup, cleanedUp);
        meters.counted(metadata.getNamespace(), metadata.getName(), left.counts());
        meters.deleted(metadata.getNamespace(), metadata.getName(), result);
        var status = status(
                store,
                StoreVerdicts.watching(),
                cleanedUp,
                left.counts(),
                policy.suspended() ? null : nextCleanup(left, now),
                cleanup.last());
        return written(store, status, now, wake(policy, left, result, now));
    }

    private void tell(OAuthTokenStore store, CleanupRecord cleanup, Verdict cleanedUp) {
        if (cleanup.news() && cleanup.last() != null && !cleanedUp.reason().equals(StoreVerdicts.CLEANUP_RUNNING)) {
            events.tokensDeleted(store, cleanup.last());
        }
        var before = Conditions.reason(existing(store), CLEANED_UP).orElse("");
        if (cleanedUp.reason().equals(before)) {
            return;
        }
        if (cleanedUp.reason().equals(StoreVerdicts.SUSPENDED)) {
            events.suspended(store);
        } else if (before.equals(StoreVerdicts.SUSPENDED)) {
            events.resumed(store);
        }
        if (cleanedUp.reason().equals(StoreVerdicts.DELETION_FAILED)) {
            events.cleanupFailed(store, cleanedUp.message());
        }
    }

    /// The status of a store whose tokens cannot be judged: what was known of them is not said any more.
    private UpdateControl<OAuthTokenStore> blind(OAuthTokenStore store, Verdict ready, Duration retryIn) {
        if (!Conditions.reason(existing(store), READY).equals(Optional.of(ready.reason()))
                && ready.reason().equals(StoreVerdicts.SECRETS_NOT_ACCESSIBLE)) {
            events.secretsNotAccessible(store, ready.message());
        }
        var now = clock.instant();
        return written(store, blindStatus(store, ready), now, Optional.of(now.plus(retryIn)));
    }

    private OAuthTokenStoreStatus blindStatus(OAuthTokenStore store, Verdict ready) {
        return status(store, ready, StoreVerdicts.tokensUnknown(), null, null, lastCleanup(store));
    }

    private UpdateControl<OAuthTokenStore> written(
            OAuthTokenStore store, OAuthTokenStoreStatus status, Instant now, Optional<Instant> wake) {
        var id = ResourceID.fromResource(store);
        var due = pace.due(id, store.getStatus(), status, now);
        var writeNow = due.filter(moment -> !moment.isAfter(now)).isPresent();
        if (writeNow) {
            pace.written(id, now);
        }
        var control =
                writeNow ? UpdateControl.patchStatus(patch(store, status)) : UpdateControl.<OAuthTokenStore>noUpdate();
        Stream.concat(wake.stream(), due.filter(moment -> !writeNow).stream())
                .min(Instant::compareTo)
                .ifPresent(moment -> control.rescheduleAfter(waitUntil(moment, now)));
        return control;
    }

    /// The next moment at which there is something to do that no change of a token announces.
    private static Optional<Instant> wake(RetentionPolicy policy, CleanupPlan left, CleanupResult result, Instant now) {
        if (result.failed() > 0) {
            return Optional.of(now.plus(AFTER_FAILURE));
        }
        var moments = Stream.<Instant>builder();
        if (!policy.suspended()) {
            Optional.ofNullable(left.next()).ifPresent(moments);
            if (!left.due().isEmpty()) {
                // what changed under the deletion is announced by the watch, hardly ever later than this
                moments.add(result.changed() > 0 ? now.plus(AFTER_CHANGE) : now);
            }
        }
        Optional.ofNullable(left.nextCount())
                .map(moment -> moment.isBefore(now.plus(StatusPace.LEAST)) ? now.plus(StatusPace.LEAST) : moment)
                .ifPresent(moments);
        return moments.build().min(Instant::compareTo);
    }

    /// A millisecond late rather than early: the timer counts in whole ones.
    private static Duration waitUntil(Instant moment, Instant now) {
        return Duration.between(now, moment).truncatedTo(ChronoUnit.MILLIS).plusMillis(1);
    }

    private static @Nullable String nextCleanup(CleanupPlan left, Instant now) {
        var next = left.due().isEmpty() ? left.next() : now;
        return next == null ? null : wholeSeconds(next);
    }

    private static @Nullable LastCleanup lastCleanup(OAuthTokenStore store) {
        return store.getStatus() == null ? null : store.getStatus().lastCleanup();
    }

    private static String wholeSeconds(Instant moment) {
        return moment.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static List<Condition> existing(OAuthTokenStore store) {
        return store.getStatus() == null ? List.of() : store.getStatus().conditions();
    }

    private OAuthTokenStoreStatus status(
            OAuthTokenStore store,
            Verdict ready,
            Verdict cleanedUp,
            @Nullable TokenCounts counts,
            @Nullable String nextCleanup,
            @Nullable LastCleanup lastCleanup) {
        long generation = store.getMetadata().getGeneration();
        var said = conditions.with(existing(store), READY, ready, generation);
        return new OAuthTokenStoreStatus(
                generation, counts, nextCleanup, lastCleanup, conditions.with(said, CLEANED_UP, cleanedUp, generation));
    }

    /// A fresh resource that holds only what this controller owns, as server-side apply wants it.
    private static OAuthTokenStore patch(OAuthTokenStore store, OAuthTokenStoreStatus status) {
        var patch = new OAuthTokenStore();
        patch.setMetadata(new ObjectMetaBuilder()
                .withName(store.getMetadata().getName())
                .withNamespace(store.getMetadata().getNamespace())
                .build());
        patch.setStatus(status);
        return patch;
    }
}
