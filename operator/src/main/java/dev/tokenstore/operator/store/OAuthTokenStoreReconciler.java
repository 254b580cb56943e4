package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.operator.access.AccessResult;
import dev.tokenstore.operator.access.StoreAccess;
import dev.tokenstore.operator.cleanup.TokenDeletion;
import dev.tokenstore.operator.condition.Verdict;
import dev.tokenstore.operator.metrics.TokenMeters;
import dev.tokenstore.operator.token.OtherSecrets;
import dev.tokenstore.operator.token.SecretMetadata;
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
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reconciles stores: gives those who may use a store their rights, looks at the tokens' metadata, decides, deletes
/// what is due, and writes what it saw as status. It wakes when something changes and at the next deadline; in
/// between it looks around every ten minutes for what no watch tells.
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
    private static final Duration SETTLING = Duration.ofMillis(500);
    private static final Duration LOADING_IS_NO_NEWS = Duration.ofSeconds(15);
    private static final int REFUSALS_WHILE_SETTLING = 6;

    private final TokenWatches watches;
    private final StoreCleanup cleanup;
    private final OtherSecrets otherSecrets;
    private final StoreAccess access;
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
            StoreAccess access,
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

    /// Whether a change of a store is one that reconciliation is to answer: not of its status, which it writes itself.
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
        var namespace = store.getMetadata().getNamespace();
        var stores = context.getPrimaryCache().list(namespace).toList();
        if (context.isPrimaryResourceDeleted()) {
            release(store, stores);
            return UpdateControl.noUpdate();
        }
        var memory = memories.of(store);
        if (store.isMarkedForDeletion()) {
            if (Departure.isHeld(store)) {
                return depart(store, stores);
            }
            // held by someone else's finalizer: its clients go all the same
            access.release(store, stores, actualBindings());
            return UpdateControl.noUpdate();
        }
        if (!departure.prepare(store)) {
            return later(Optional.of(AFTER_CHANGE));
        }
        var granted = access.grant(store, stores, actualBindings());
        var settling = settling(store, granted);
        if (settling.isPresent()) {
            return later(settling);
        }
        var around = new Surroundings(
                granted,
                StoreVerdicts.access(granted),
                StoreVerdicts.isolated(stores.size() - 1, otherSecrets.in(store)));
        var view = watches.view(namespace);
        if (!(view instanceof TokenView.Loading)) {
            memory.loaded();
        }
        return switch (view) {
            case TokenView.Loading loading ->
                memory.loading(clock.instant()).compareTo(LOADING_IS_NO_NEWS) < 0
                        ? later(Optional.of(loading.askAgainIn().orElse(LOADING_IS_NO_NEWS)))
                        : blind(
                                store,
                                around,
                                StoreVerdicts.loading(),
                                loading.askAgainIn().orElse(AFTER_FAILURE));
            case TokenView.Refused refused ->
                blind(store, around, StoreVerdicts.refused(namespace, granted), refused.retryIn());
            case TokenView.Watching watching -> {
                RetentionPolicy policy;
                try {
                    policy = RetentionPolicy.of(store.getSpec());
                } catch (IllegalArgumentException e) {
                    yield blind(store, around, StoreVerdicts.invalidSpec(e), AFTER_FAILURE);
                }
                var outcome = cleanup.cleanUp(store, memory, policy, watching.index(), () -> isCurrent(store, context));
                yield cleanedUp(store, around, memory, outcome);
            }
        };
    }

    /// A new store, or a policy, is unknown to a part of the API server for a moment: its first refusals are no news.
    private Optional<Duration> settling(OAuthTokenStore store, AccessResult granted) {
        if (granted instanceof AccessResult.Granted) {
            memories.of(store).accessGranted();
            return Optional.empty();
        }
        return memories.of(store).accessRefused() <= REFUSALS_WHILE_SETTLING ? Optional.of(SETTLING) : Optional.empty();
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
        // which is to try again
        return ErrorStatusUpdateControl.defaultErrorProcessing();
    }

    /// What is true of a store whether or not its tokens can be seen.
    private record Surroundings(AccessResult access, Verdict accessGranted, Verdict isolated) {
        /// When to look around again, for what no watch tells.
        Stream<Instant> wakes(Instant now) {
            var next = Stream.of(now.plus(OtherSecrets.BELIEVED));
            return access instanceof AccessResult.Granted
                    ? next
                    : Stream.concat(next, Stream.of(now.plus(AFTER_FAILURE)));
        }
    }

    private UpdateControl<OAuthTokenStore> cleanedUp(
            OAuthTokenStore store, Surroundings around, StoreMemory memory, StoreCleanup.Outcome outcome) {
        var status = new StoreStatus(
                StoreVerdicts.watching(),
                around.accessGranted(),
                outcome.cleanedUp(),
                around.isolated(),
                outcome.counts(),
                outcome.next(),
                memory.ledger().last());
        return written(
                store, status, outcome.at(), Stream.concat(outcome.wakes().stream(), around.wakes(outcome.at())));
    }

    /// Whether the store still is what a decision was taken on.
    private static boolean isCurrent(OAuthTokenStore store, Context<OAuthTokenStore> context) {
        return context.getPrimaryCache()
                .get(ResourceID.fromResource(store))
                .filter(now -> !matters(now, store))
                .isPresent();
    }

    private UpdateControl<OAuthTokenStore> blind(
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

    private UpdateControl<OAuthTokenStore> depart(OAuthTokenStore store, List<OAuthTokenStore> stores) {
        var metadata = store.getMetadata();
        if (departure.dropIfPointless(store)) {
            return UpdateControl.noUpdate();
        }
        access.release(store, stores, actualBindings());
        return switch (watches.view(metadata.getNamespace())) {
            case TokenView.Loading loading ->
                later(Optional.of(loading.askAgainIn().orElse(LOADING_IS_NO_NEWS)));
            case TokenView.Refused refused -> {
                var nobody = new AccessResult.Granted(0, 0);
                var around = new Surroundings(nobody, StoreVerdicts.access(nobody), StoreVerdicts.unknown());
                yield blind(store, around, StoreVerdicts.refused(metadata.getNamespace(), nobody), refused.retryIn());
            }
            case TokenView.Watching watching -> later(departure.proceed(store, memories.of(store), watching.index()));
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

    private static UpdateControl<OAuthTokenStore> later(Optional<Duration> wait) {
        var control = UpdateControl.<OAuthTokenStore>noUpdate();
        wait.ifPresent(control::rescheduleAfter);
        return control;
    }

    private UpdateControl<OAuthTokenStore> written(
            OAuthTokenStore store, StoreStatus said, Instant now, Stream<Instant> wakes) {
        var heldBack = statuses.write(store, said, memories.of(store), now);
        var wake = Stream.concat(wakes, heldBack.stream()).min(Instant::compareTo);
        return later(wake.map(moment -> waitUntil(moment, clock.instant())));
    }

    /// A millisecond late rather than early, for the timer counts in whole ones; and never negative, which it refuses.
    private static Duration waitUntil(Instant moment, Instant now) {
        return moment.isAfter(now)
                ? Duration.between(now, moment).truncatedTo(ChronoUnit.MILLIS).plusMillis(1)
                : Duration.ofMillis(1);
    }
}
