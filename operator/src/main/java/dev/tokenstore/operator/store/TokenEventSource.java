package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.operator.cleanup.IndexedToken;
import dev.tokenstore.operator.cleanup.TokenWatches;
import dev.tokenstore.operator.metrics.TokenMeters;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.ResourceEventAware;
import java.util.Set;

/// Begins and ends the watches over tokens as stores come and go, and asks for a reconciliation of the store whose
/// tokens changed. The tokens themselves are read from the index, so none is handed out here.
final class TokenEventSource extends AbstractEventSource<IndexedToken, OAuthTokenStore>
        implements ResourceEventAware<OAuthTokenStore> {
    private final TokenWatches watches;
    private final StatusPace pace;
    private final TokenMeters meters;

    TokenEventSource(TokenWatches watches, StatusPace pace, TokenMeters meters) {
        super(IndexedToken.class, "tokens");
        this.watches = watches;
        this.pace = pace;
        this.meters = meters;
        watches.listener(
                (namespace, store) -> getEventHandler().handleEvent(new Event(new ResourceID(store, namespace))));
    }

    @Override
    public void onResourceCreated(OAuthTokenStore store) {
        watches.add(store.getMetadata().getNamespace(), store.getMetadata().getName());
    }

    @Override
    public void onResourceDeleted(OAuthTokenStore store) {
        watches.remove(store.getMetadata().getNamespace(), store.getMetadata().getName());
        pace.forget(ResourceID.fromResource(store));
        meters.forget(store.getMetadata().getNamespace(), store.getMetadata().getName());
    }

    @Override
    public Set<IndexedToken> getSecondaryResources(OAuthTokenStore store) {
        return Set.of();
    }
}
