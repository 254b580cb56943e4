package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.operator.cleanup.IndexedToken;
import dev.tokenstore.operator.cleanup.TokenWatches;
import io.javaoperatorsdk.operator.api.reconciler.EventSourceContext;
import io.javaoperatorsdk.operator.processing.event.Event;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import io.javaoperatorsdk.operator.processing.event.source.AbstractEventSource;
import io.javaoperatorsdk.operator.processing.event.source.ResourceEventAware;
import java.util.Set;

/// Begins and ends the watches over tokens as stores come and go, and asks for a reconciliation of the store whose
/// tokens changed, and of its neighbours in the namespace when it comes or goes. The tokens themselves are read from
/// the index, so none is handed out here.
final class TokenEventSource extends AbstractEventSource<IndexedToken, OAuthTokenStore>
        implements ResourceEventAware<OAuthTokenStore> {
    private final TokenWatches watches;
    private final EventSourceContext<OAuthTokenStore> context;

    TokenEventSource(TokenWatches watches, EventSourceContext<OAuthTokenStore> context) {
        super(IndexedToken.class, "tokens");
        this.watches = watches;
        this.context = context;
        watches.listener((namespace, store) -> changed(new ResourceID(store, namespace)));
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
