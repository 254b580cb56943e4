package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.operator.access.AccessGrants;
import dev.tokenstore.operator.access.AccessResult;
import dev.tokenstore.operator.cleanup.TokenDeletion;
import dev.tokenstore.operator.condition.Verdict;
import dev.tokenstore.operator.metrics.TokenMeters;
import dev.tokenstore.operator.token.OtherSecrets;
import dev.tokenstore.operator.token.SecretMetadata;
import dev.tokenstore.operator.token.TokenIndex;
import dev.tokenstore.operator.token.TokenView;
import dev.tokenstore.operator.token.TokenWatches;
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
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reconciles stores: binds the roles of those who may use a store, reads the metadata of its tokens, deletes those
/// that
/// are due, and writes the status. It runs when something changes, at the next deadline, and every ten minutes for what
/// no watch reports.
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
    /// Part of the API server does not know a new store or policy for a moment, and refuses what it will grant.
    private static final Duration SETTLING = Duration.ofMillis(500);
    private static final Duration LOADING_IS_NO_NEWS = Duration.ofSeconds(15);

    private final TokenWatches watches;
    private final StoreCleanup cleanup;
    private final OtherSecrets otherSecrets;
    private final AccessGrants access;
    private final Departure departure;
    private final TokenMeters meters;
    private final StatusWriter statuses;
    private final InstantSource clock;
    private final StoreMemories memories = new StoreMemories();
    private @Nullable StoreBindings bindings;

    /// @param client for everything but Secrets
    public OAuthTokenStoreReconciler(
            KubernetesClient client,
            SecretMetadata secrets,
            TokenWatches watches,
            TokenDeletion deletion,
            AccessGrants access,
            StoreEvents events,
            TokenMeters meters,
            InstantSource clock) {
        this.watches = watches;
        this.cleanup = new StoreCleanup(watches, deletion, events, meters, clock);
        this.otherSecrets = new OtherSecrets(secrets, clock);
        this.access = access;
        this.departure = new Departure(client, watches, deletion, secrets, events, meters, clock);
        this.meters = meters;
        this.statuses = new StatusWriter(client, events, meters, clock);
        this.clock = clock;
    }

    /// Returns whether a change of a store needs a reconciliation. A change of the status needs none: the operator
    /// writes
    /// it.
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
        bindings = new StoreBindings(context);
        return Stream.concat(
                        bindings.sources().stream(),
                        Stream.<EventSource<?, OAuthTokenStore>>of(
                                new TokenEventSource(watches, context, memories::know)))
                .toList();
    }

    @Override
    public UpdateControl<OAuthTokenStore> reconcile(OAuthTokenStore store, Context<OAuthTokenStore> context) {
        var stores = context.getPrimaryCache()
                .list(store.getMetadata().getNamespace())
                .toList();
        if (context.isPrimaryResourceDeleted()) {
            release(store, stores);
            return UpdateControl.noUpdate();
        }
        var memory = memories.of(store);
        if (store.isMarkedForDeletion()) {
            return depart(store, memory, stores);
        }
        if (!departure.prepare(store)) {
            return later(AFTER_CHANGE);
        }
        var granted = access.grant(store, stores, actualBindings());
        if (memory.isSettling(granted)) {
            return later(SETTLING);
        }
        var around = new Surroundings(
                granted,
                StoreVerdicts.access(granted),
                StoreVerdicts.isolated(stores.size() - 1, otherSecrets.in(store)));
        return switch (look(store, memory, granted)) {
            case View.TooEarly early -> later(early.retryIn());
            case View.TokensUnknown unknown -> report(store, around, unknown.ready(), unknown.retryIn());
            case View.Tokens tokens ->
                report(
                        store,
                        around,
                        cleanup.cleanUp(
                                store, memory, tokens.policy(), tokens.index(), () -> isCurrent(store, context)));
        };
    }

    /// What a reconciliation knows of a store's tokens.
    private sealed interface View {
        /// Nothing that is worth a report: tokens that are being listed are known soon.
        record TooEarly(Duration retryIn) implements View {}

        /// The tokens cannot be judged; `ready` says why.
        record TokensUnknown(Verdict ready, Duration retryIn) implements View {}

        record Tokens(TokenIndex index, RetentionPolicy policy) implements View {}
    }

    private View look(OAuthTokenStore store, StoreMemory memory, AccessResult granted) {
        var namespace = store.getMetadata().getNamespace();
        return switch (watches.view(namespace)) {
            case TokenView.Loading loading -> {
                var isNews = memory.loading(clock.instant()).compareTo(LOADING_IS_NO_NEWS) >= 0;
                yield isNews
                        ? new View.TokensUnknown(
                                StoreVerdicts.loading(), loading.askAgainIn().orElse(AFTER_FAILURE))
                        : new View.TooEarly(loading.askAgainIn().orElse(LOADING_IS_NO_NEWS));
            }
            case TokenView.Refused refused -> {
                memory.loaded();
                yield new View.TokensUnknown(StoreVerdicts.refused(namespace, granted), refused.retryIn());
            }
            case TokenView.Watching watching -> {
                memory.loaded();
                yield switch (StorePolicy.of(store)) {
                    case StorePolicy.Valid valid -> new View.Tokens(watching.index(), valid.policy());
                    case StorePolicy.Invalid invalid ->
                        new View.TokensUnknown(StoreVerdicts.invalidSpec(invalid.problem()), AFTER_FAILURE);
                };
            }
        };
    }

    @Override
    public ErrorStatusUpdateControl<OAuthTokenStore> updateErrorStatus(
            OAuthTokenStore store, Context<OAuthTokenStore> context, Exception e) {
        if (context.isPrimaryResourceDeleted()) {
            return ErrorStatusUpdateControl.defaultErrorProcessing();
        }
        meters.unknown(store);
        var memory = memories.of(store);
        var status = StoreStatus.ofUnknownTokens(
                StoreVerdicts.failed(e),
                StoreVerdicts.unknown(),
                StoreVerdicts.unknown(),
                memory.ledger().last());
        try {
            statuses.write(store, status, memory, clock.instant());
        } catch (KubernetesClientException unwritten) {
            LOG.atDebug().addKeyValue("cause", unwritten.getMessage()).log("could not write a status");
        }
        // the default is to retry
        return ErrorStatusUpdateControl.defaultErrorProcessing();
    }

    /// The verdicts about a store that do not depend on its tokens.
    private record Surroundings(AccessResult access, Verdict accessGranted, Verdict isolated) {
        /// The moments at which to reconcile although no watch reports a change.
        Stream<Instant> wakes(Instant now) {
            var next = Stream.of(now.plus(OtherSecrets.BELIEVED));
            return access instanceof AccessResult.Granted
                    ? next
                    : Stream.concat(next, Stream.of(now.plus(AFTER_FAILURE)));
        }
    }

    private UpdateControl<OAuthTokenStore> report(
            OAuthTokenStore store, Surroundings around, StoreCleanup.Outcome outcome) {
        var status = new StoreStatus(
                StoreVerdicts.watching(),
                around.accessGranted(),
                outcome.cleanedUp(),
                around.isolated(),
                outcome.counts(),
                outcome.next(),
                memories.of(store).ledger().last());
        return written(
                store, status, outcome.at(), Stream.concat(outcome.wakes().stream(), around.wakes(outcome.at())));
    }

    /// Returns whether the cached store is still the one that a decision was made on.
    private static boolean isCurrent(OAuthTokenStore store, Context<OAuthTokenStore> context) {
        return context.getPrimaryCache()
                .get(ResourceID.fromResource(store))
                .filter(now -> !matters(now, store))
                .isPresent();
    }

    private UpdateControl<OAuthTokenStore> report(
            OAuthTokenStore store, Surroundings around, Verdict ready, Duration retryIn) {
        meters.unknown(store);
        var now = clock.instant();
        var status = StoreStatus.ofUnknownTokens(
                ready,
                around.accessGranted(),
                around.isolated(),
                memories.of(store).ledger().last());
        return written(store, status, now, Stream.of(now.plus(retryIn)));
    }

    /// Reconciles a store that is being deleted: takes its clients' rights, then, where the store's policy says so, its
    /// tokens.
    private UpdateControl<OAuthTokenStore> depart(
            OAuthTokenStore store, StoreMemory memory, List<OAuthTokenStore> stores) {
        if (Departure.isHeld(store) && departure.dropIfPointless(store)) {
            return UpdateControl.noUpdate();
        }
        access.release(store, stores, actualBindings());
        if (!Departure.isHeld(store)) {
            return UpdateControl.noUpdate();
        }
        var namespace = store.getMetadata().getNamespace();
        return switch (watches.view(namespace)) {
            case TokenView.Loading loading -> later(loading.askAgainIn().orElse(LOADING_IS_NO_NEWS));
            case TokenView.Refused refused -> {
                var nobody = new AccessResult.Granted(0, 0);
                var around = new Surroundings(nobody, StoreVerdicts.access(nobody), StoreVerdicts.unknown());
                yield report(store, around, StoreVerdicts.refused(namespace, nobody), refused.retryIn());
            }
            case TokenView.Watching watching ->
                departure
                        .proceed(store, memory, watching.index())
                        .map(OAuthTokenStoreReconciler::later)
                        .orElseGet(UpdateControl::noUpdate);
        };
    }

    private void release(OAuthTokenStore gone, List<OAuthTokenStore> left) {
        var metadata = gone.getMetadata();
        memories.forget(gone);
        meters.forget(metadata.getNamespace(), metadata.getName());
        otherSecrets.forget(gone);
        access.release(gone, left, actualBindings());
    }

    private StoreBindings actualBindings() {
        return Objects.requireNonNull(bindings, "event sources are prepared before the first reconciliation");
    }

    private static UpdateControl<OAuthTokenStore> later(Duration wait) {
        return UpdateControl.<OAuthTokenStore>noUpdate().rescheduleAfter(wait);
    }

    private UpdateControl<OAuthTokenStore> written(
            OAuthTokenStore store, StoreStatus said, Instant now, Stream<Instant> wakes) {
        var heldBack = statuses.write(store, said, memories.of(store), now);
        var wake = Stream.concat(wakes, heldBack.stream()).min(Instant::compareTo);
        return wake.map(moment -> later(waitUntil(moment, clock.instant()))).orElseGet(UpdateControl::noUpdate);
    }

    /// Returns the delay in whole milliseconds, rounded up and positive, as the timer needs it.
    private static Duration waitUntil(Instant moment, Instant now) {
        return moment.isAfter(now)
                ? Duration.between(now, moment).truncatedTo(ChronoUnit.MILLIS).plusMillis(1)
                : Duration.ofMillis(1);
    }
}
