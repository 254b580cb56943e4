package dev.tokenstore.benchmarks;

import dev.tokenstore.api.OAuthTokenStore;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Watches stores become ready. A store counts once its status tells `Ready` and as many tokens as it holds.
final class Stores implements AutoCloseable {
    private final Set<String> ready = ConcurrentHashMap.newKeySet();
    private final SharedIndexInformer<OAuthTokenStore> informer;
    private final String namespaces;
    private final int tokens;

    /// @param namespaces what the names of their namespaces begin with
    /// @param tokens of each
    Stores(KubernetesClient client, String namespaces, int tokens) {
        this.namespaces = namespaces;
        this.tokens = tokens;
        informer = client.resources(OAuthTokenStore.class).inAnyNamespace().inform(new Statuses());
    }

    int ready() {
        return ready.size();
    }

    @Override
    public void close() {
        informer.close();
    }

    private final class Statuses implements ResourceEventHandler<OAuthTokenStore> {
        @Override
        public void onAdd(OAuthTokenStore store) {
            var status = store.getStatus();
            if (store.getMetadata().getNamespace().startsWith(namespaces)
                    && status != null
                    && status.tokens() != null
                    && status.tokens().total() == tokens
                    && status.conditions().stream()
                            .anyMatch(condition -> condition.getType().equals("Ready")
                                    && condition.getStatus().equals("True"))) {
                ready.add(store.getMetadata().getNamespace());
            }
        }

        @Override
        public void onUpdate(OAuthTokenStore before, OAuthTokenStore after) {
            onAdd(after);
        }

        @Override
        public void onDelete(OAuthTokenStore store, boolean finalStateUnknown) {
            ready.remove(store.getMetadata().getNamespace());
        }
    }
}
