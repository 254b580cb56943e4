package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.operator.access.AccessGrants;
import dev.tokenstore.operator.access.AccessGrants.AccessResult;
import dev.tokenstore.operator.access.BoundRole;
import dev.tokenstore.operator.cleanup.TokenDeletion;
import dev.tokenstore.operator.token.SecretMetadata;
import dev.tokenstore.operator.token.TokenIndex;
import dev.tokenstore.operator.token.TokenView;
import dev.tokenstore.operator.token.TokenWatches;
import io.fabric8.kubernetes.api.model.rbac.RoleBinding;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.api.reconciler.Context;
import io.javaoperatorsdk.operator.api.reconciler.ControllerConfiguration;
import io.javaoperatorsdk.operator.api.reconciler.ErrorStatusUpdateControl;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.api.reconciler.Reconciler;
import io.javaoperatorsdk.operator.api.reconciler.UpdateControl;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.EventSource;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reconciles stores: binds the roles of those who may use a store, reads the metadata of its tokens, deletes those
/// that are due, and writes the status. It runs when something changes, at the next deadline, and every ten minutes for
/// what no watch reports.
@ControllerConfiguration(
        name = OAuthTokenStoreReconciler.NAME,
        triggerReconcilerOnAllEvents = true,
        generationAwareEventProcessing = false)
public final class OAuthTokenStoreReconciler implements Reconciler<OAuthTokenStore> {
    /// The controller's name, which owns the fields of the status too.
    public static final String NAME = "oauth-token-store";

    private static final Logger LOG = LoggerFactory.getLogger(OAuthTokenStoreReconciler.class);

    private static final Duration AFTER_FAILURE = Duration.ofSeconds(30);
    private static final Duration AFTER_CHANGE = Duration.ofSeconds(1);
    /// The API server needs a moment to apply a new store or policy, and refuses until then what it will grant.
    private static final Duration AFTER_EARLY_REFUSAL = Duration.ofMillis(500);
    /// A list of tokens that takes longer is reported in the status.
    private static final Duration USUAL_LOADING = Duration.ofSeconds(15);

    private final TokenWatches watches;
    private final SecretMetadata secrets;
    private final StoreCleanup cleanup;
    private final AccessGrants access;
    private final TokensFinalizer finalizer;
    private final StoreEvents events;
    private final StatusWriter statuses;
    private final MeterRegistry registry;
    private final InstantSource clock;
    private final Map<ResourceID, StoreState> states = new ConcurrentHashMap<>();
    private @Nullable StoreBindings bindings;

    /// @param client for everything but Secrets
    /// @param instance names this process among the operator's replicas
    public OAuthTokenStoreReconciler(
            KubernetesClient client,
            SecretMetadata secrets,
            TokenWatches watches,
            TokenDeletion deletion,
            AccessGrants access,
            String instance,
            MeterRegistry registry,
            InstantSource clock) {
        this.watches = watches;
        this.secrets = secrets;
        this.access = access;
        this.events = new StoreEvents(client, instance, clock);
        this.cleanup = new StoreCleanup(watches, deletion, secrets, events, clock);
        this.finalizer = new TokensFinalizer(client);
        this.statuses = new StatusWriter(client, events, clock);
        this.registry = registry;
        this.clock = clock;
    }

    /// Returns whether a change of a store needs a reconciliation. A change of the status needs none: the operator
    /// writes it.
    public static boolean matters(OAuthTokenStore after, OAuthTokenStore before) {
        var was = before.getMetadata();
        var is = after.getMetadata();
        return !Objects.equals(was.getGeneration(), is.getGeneration())
                || !Objects.equals(was.getAnnotations(), is.getAnnotations())
                || !Objects.equals(was.getFinalizers(), is.getFinalizers())
                || !Objects.equals(was.getDeletionTimestamp(), is.getDeletionTimestamp())
                || !Objects.equals(was.getUid(), is.getUid());
    }

    @Override
    public List<EventSource<?, OAuthTokenStore>> prepareEventSources(EventSourceContext<OAuthTokenStore> context) {
        var watched = new StoreBindings(context);
        bindings = watched;
        return Stream.concat(
                        watched.sources().stream(),
                        Stream.<EventSource<?, OAuthTokenStore>>of(
                                new TokenEventSource(watches, watched, context, this::wasReconciled)))
                .toList();
    }

    @Override
    public UpdateControl<OAuthTokenStore> reconcile(OAuthTokenStore store, Context<OAuthTokenStore> context) {
        var stores = context.getPrimaryCache()
                .list(store.getMetadata().getNamespace())
                .toList();
        if (context.isPrimaryResourceDeleted()) {
            forget(store);
            access.release(store, stores, bindingsBeside(store));
            return UpdateControl.noUpdate();
        }
        var state = stateOf(store);
        if (store.isMarkedForDeletion()) {
            return reconcileDeletion(store, state, stores);
        }
        if (!finalizer.reconcile(store)) {
            return later(AFTER_CHANGE);
        }
        var granted = access.grant(store, stores, bindingsBeside(store));
        if (state.isRefusedAsNew(granted)) {
            return later(AFTER_EARLY_REFUSAL);
        }
        var isolated = StoreVerdicts.isolated(stores.size() - 1, state.otherSecrets(store, secrets));
        return switch (look(store, state, granted)) {
            case View.TooEarly early -> later(early.retryIn());
            case View.TokensUnknown unknown ->
                report(store, state, unknown, StoreVerdicts.access(granted), isolated, clock.instant());
            case View.Tokens tokens ->
                report(
                        store,
                        state,
                        tokens.ready(),
                        granted,
                        isolated,
                        cleanup.cleanUp(
                                store, state, tokens.policy(), tokens.index(), () -> isCurrent(store, context)));
        };
    }

    /// What a reconciliation knows of a store's tokens.
    private sealed interface View {
        /// Nothing that is worth a report: tokens that are being listed are known soon.
        record TooEarly(Duration retryIn) implements View {}

        /// The tokens cannot be judged; `ready` says why.
        record TokensUnknown(Verdict ready, Duration retryIn) implements View {}

        record Tokens(TokenIndex index, RetentionPolicy policy, Verdict ready) implements View {}
    }

    private View look(OAuthTokenStore store, StoreState state, AccessResult granted) {
        var namespace = store.getMetadata().getNamespace();
        return switch (watches.view(namespace)) {
            case TokenView.Loading loading -> {
                var takesLong = state.loading(clock.instant()).compareTo(USUAL_LOADING) >= 0;
                yield takesLong
                        ? new View.TokensUnknown(
                                StoreVerdicts.loading(), loading.askAgainIn().orElse(AFTER_FAILURE))
                        : new View.TooEarly(loading.askAgainIn().orElse(USUAL_LOADING));
            }
            case TokenView.Refused refused -> {
                state.loaded();
                yield new View.TokensUnknown(StoreVerdicts.refused(namespace, granted), refused.retryIn());
            }
            case TokenView.Watching watching -> {
                state.loaded();
                yield switch (StorePolicy.of(store)) {
                    case StorePolicy.Valid valid -> new View.Tokens(watching.index(), valid.policy(), ready(watching));
                    case StorePolicy.Invalid invalid ->
                        new View.TokensUnknown(StoreVerdicts.invalidSpec(invalid.problem()), AFTER_FAILURE);
                };
            }
        };
    }

    private Verdict ready(TokenView.Watching watching) {
        if (watching.isInterrupted()) {
            return StoreVerdicts.interrupted("tokens");
        }
        return bindings().isInterrupted() ? StoreVerdicts.interrupted("RoleBindings") : StoreVerdicts.watching();
    }

    @Override
    public ErrorStatusUpdateControl<OAuthTokenStore> updateErrorStatus(
            OAuthTokenStore store, Context<OAuthTokenStore> context, Exception e) {
        if (!context.isPrimaryResourceDeleted()) {
            try {
                // the operator SDK decides when to retry
                report(
                        store,
                        stateOf(store),
                        new View.TokensUnknown(StoreVerdicts.failed(e), AFTER_FAILURE),
                        StoreVerdicts.unknown(),
                        StoreVerdicts.unknown(),
                        clock.instant());
            } catch (KubernetesClientException unwritten) {
                LOG.atDebug().addKeyValue("cause", unwritten.getMessage()).log("could not write a status");
            }
        }
        return ErrorStatusUpdateControl.defaultErrorProcessing();
    }

    private UpdateControl<OAuthTokenStore> report(
            OAuthTokenStore store,
            StoreState state,
            Verdict ready,
            AccessResult granted,
            Verdict isolated,
            StoreCleanup.Outcome outcome) {
        var content = new StatusWriter.Content(
                ready, StoreVerdicts.access(granted), outcome.cleanedUp(), isolated, outcome.counts(), outcome.next());
        var recount = Stream.of(outcome.at().plus(StoreState.COUNT_LIFETIME));
        var retry = granted instanceof AccessResult.Granted
                ? Stream.<Instant>empty()
                : Stream.of(outcome.at().plus(AFTER_FAILURE));
        return write(
                store,
                state,
                content,
                outcome.at(),
                Stream.concat(outcome.wakeups().stream(), Stream.concat(recount, retry)));
    }

    private UpdateControl<OAuthTokenStore> report(
            OAuthTokenStore store,
            StoreState state,
            View.TokensUnknown unknown,
            Verdict accessGranted,
            Verdict isolated,
            Instant now) {
        state.meters().unknown();
        var content = new StatusWriter.Content(
                unknown.ready(), accessGranted, StoreVerdicts.tokensUnknown(), isolated, null, null);
        return write(store, state, content, now, Stream.of(now.plus(unknown.retryIn())));
    }

    private UpdateControl<OAuthTokenStore> write(
            OAuthTokenStore store,
            StoreState state,
            StatusWriter.Content content,
            Instant now,
            Stream<Instant> wakeups) {
        var postponed = statuses.write(store, state, content, now);
        return Stream.concat(wakeups, postponed.stream())
                .min(Instant::compareTo)
                .map(moment -> later(waitUntil(moment, clock.instant())))
                .orElseGet(UpdateControl::noUpdate);
    }

    /// Returns whether the cached store is still the one that a decision was made on.
    private static boolean isCurrent(OAuthTokenStore store, Context<OAuthTokenStore> context) {
        return context.getPrimaryCache()
                .get(ResourceID.fromResource(store))
                .filter(now -> !matters(now, store))
                .isPresent();
    }

    /// Reconciles a store that is being deleted: takes its clients' rights, then, where the store's policy says so, its
    /// tokens.
    private UpdateControl<OAuthTokenStore> reconcileDeletion(
            OAuthTokenStore store, StoreState state, List<OAuthTokenStore> stores) {
        if (TokensFinalizer.isSet(store) && !finalizer.isNeeded(store)) {
            finalizer.remove(store);
            return UpdateControl.noUpdate();
        }
        access.release(store, stores, bindingsBeside(store));
        if (!TokensFinalizer.isSet(store)) {
            return UpdateControl.noUpdate();
        }
        var namespace = store.getMetadata().getNamespace();
        return switch (watches.view(namespace)) {
            case TokenView.Loading loading -> later(loading.askAgainIn().orElse(USUAL_LOADING));
            case TokenView.Refused refused -> {
                var nobody = new AccessResult.Granted(0, 0);
                var unknown = new View.TokensUnknown(StoreVerdicts.refused(namespace, nobody), refused.retryIn());
                yield report(
                        store, state, unknown, StoreVerdicts.access(nobody), StoreVerdicts.unknown(), clock.instant());
            }
            case TokenView.Watching watching ->
                cleanup.deleteAll(store, state, watching.index())
                        .map(OAuthTokenStoreReconciler::later)
                        .orElseGet(() -> finishDeletion(store, state, watching.index()));
        };
    }

    private UpdateControl<OAuthTokenStore> finishDeletion(OAuthTokenStore store, StoreState state, TokenIndex index) {
        var kept = (int) index.tokensOf(store.getMetadata().getName()).stream()
                .filter(token -> token.facts().keep())
                .count();
        finalizer.remove(store);
        LOG.atInfo()
                .addKeyValue("namespace", store.getMetadata().getNamespace())
                .addKeyValue("store", store.getMetadata().getName())
                .addKeyValue("kept", kept)
                .log("the store's tokens are gone, and so is the store");
        events.tokensGoneWithStore(store, state, kept);
        return UpdateControl.noUpdate();
    }

    /// Returns the store's state; that of an earlier store of the same name is dropped.
    private StoreState stateOf(OAuthTokenStore store) {
        return states.compute(ResourceID.fromResource(store), (id, state) -> {
            if (state != null && state.isOf(store)) {
                return state;
            }
            if (state != null) {
                state.meters().close();
            }
            return new StoreState(store, registry, clock);
        });
    }

    /// Returns whether a reconciliation of this store has started since the operator did.
    private boolean wasReconciled(OAuthTokenStore store) {
        var state = states.get(ResourceID.fromResource(store));
        return state != null && state.isOf(store);
    }

    private void forget(OAuthTokenStore store) {
        var state = states.remove(ResourceID.fromResource(store));
        if (state != null) {
            state.meters().close();
        }
    }

    private Map<BoundRole, RoleBinding> bindingsBeside(OAuthTokenStore store) {
        return bindings().in(store.getMetadata().getNamespace());
    }

    private StoreBindings bindings() {
        return Objects.requireNonNull(bindings, "event sources are prepared before the first reconciliation");
    }

    private static UpdateControl<OAuthTokenStore> later(Duration wait) {
        return UpdateControl.<OAuthTokenStore>noUpdate().rescheduleAfter(wait);
    }

    /// Returns the delay in whole milliseconds, rounded up and positive, as the timer needs it.
    private static Duration waitUntil(Instant moment, Instant now) {
        return moment.isAfter(now)
                ? Duration.between(now, moment).truncatedTo(ChronoUnit.MILLIS).plusMillis(1)
                : Duration.ofMillis(1);
    }
}
