package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.operator.token.IndexedToken;
import dev.tokenstore.operator.token.TokenWatches;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.ResourceAction;
import io.javaoperatorsdk.operator.processing.event.source.ResourceEventAware;
import io.javaoperatorsdk.operator.processing.event.source.controller.ResourceEvent;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Starts and stops the watches over tokens as stores are created and deleted. Triggers a reconciliation of a store
/// whose tokens changed, and of the other stores of a namespace when a store is created or deleted there. The
/// reconciler
/// reads tokens from the index, so this event source has no secondary resources.
final class TokenEventSource extends AbstractEventSource<IndexedToken, OAuthTokenStore>
        implements ResourceEventAware<OAuthTokenStore> {
    private static final Logger LOG = LoggerFactory.getLogger(TokenEventSource.class);
    private static final Duration RESYNC = Duration.ofSeconds(5);
    private static final Duration SET_BACK = Duration.ofSeconds(1);

    private final TokenWatches watches;
    private final StoreBindings bindings;
    private final EventSourceContext<OAuthTokenStore> context;
    private final Predicate<OAuthTokenStore> wasReconciled;
    private @Nullable ScheduledExecutorService resyncs;
    private long offset;

    /// @param wasReconciled whether a store was reconciled before
    TokenEventSource(
            TokenWatches watches,
            StoreBindings bindings,
            EventSourceContext<OAuthTokenStore> context,
            Predicate<OAuthTokenStore> wasReconciled) {
        super(IndexedToken.class, "tokens");
        this.watches = watches;
        this.bindings = bindings;
        this.context = context;
        this.wasReconciled = wasReconciled;
        watches.listener((namespace, store) -> changed(new ResourceID(store, namespace)));
    }

    @Override
    public synchronized void start() {
        super.start();
        offset = clockOffset();
        resyncs = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("resync").factory());
        resyncs.scheduleWithFixedDelay(this::resync, RESYNC.toMillis(), RESYNC.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public synchronized void stop() {
        super.stop();
        if (resyncs != null) {
            resyncs.shutdownNow();
        }
    }

    /// Looks at the watches. Works around two defects of the operator SDK: it never reconciles a store that was created
    /// again while the
    /// deletion of its predecessor was reconciled, and its timers are late by as much as the machine's clock is set
    /// back.
    private void resync() {
        try {
            watches.check();
            var stores = context.getPrimaryCache().list().toList();
            if (bindings.checkWatches()) {
                stores.forEach(store -> changed(ResourceID.fromResource(store)));
            }
            stores.stream()
                    .filter(store -> !wasReconciled.test(store))
                    .forEach(store -> getEventHandler()
                            .handleEvent(
                                    new ResourceEvent(ResourceAction.UPDATED, ResourceID.fromResource(store), store)));
            var now = clockOffset();
            if (now < offset - SET_BACK.toMillis()) {
                stores.forEach(store -> changed(ResourceID.fromResource(store)));
            }
            offset = now;
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("cause", e.toString()).log("could not trigger reconciliations; it is tried again");
        }
    }

    /// The difference between the machine's clock and its monotonic clock, in milliseconds.
    private static long clockOffset() {
        return System.currentTimeMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    @Override
    public void onResourceCreated(OAuthTokenStore store) {
        watches.add(store.getMetadata().getNamespace(), store.getMetadata().getName());
        neighboursChanged(store);
    }

    @Override
    public void onResourceDeleted(OAuthTokenStore store) {
        watches.remove(store.getMetadata().getNamespace(), store.getMetadata().getName());
        neighboursChanged(store);
    }

    @Override
    public Set<IndexedToken> getSecondaryResources(OAuthTokenStore store) {
        return Set.of();
    }

    private void neighboursChanged(OAuthTokenStore store) {
        context.getPrimaryCache()
                .list(store.getMetadata().getNamespace())
                .map(ResourceID::fromResource)
                .filter(neighbour -> !neighbour.equals(ResourceID.fromResource(store)))
                .forEach(this::changed);
    }

    private void changed(ResourceID store) {
        getEventHandler().handleEvent(new Event(store));
    }
}
