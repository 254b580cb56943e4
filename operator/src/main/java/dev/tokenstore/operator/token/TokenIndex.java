package dev.tokenstore.operator.token;

import dev.tokenstore.api.TokenFacts;
import dev.tokenstore.api.TokenSecretLayout;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.informers.cache.ItemStore;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The tokens of one namespace: for each its name, version and facts, and nothing else.
///
/// It is the informer's item store, so no Secret is kept beside it: items that the informer reads back are made from
/// the entries. Thread-safe.
public final class TokenIndex implements ItemStore<Secret> {
    private final Map<String, IndexedToken> tokens = new ConcurrentHashMap<>();
    private final Map<String, String> stores = new ConcurrentHashMap<>();
    private final String namespace;
    private final InstantSource clock;

    public TokenIndex(String namespace, InstantSource clock) {
        this.namespace = namespace;
        this.clock = clock;
    }

    /// Returns the tokens that carry the label of `store`.
    public List<IndexedToken> tokensOf(String store) {
        return tokens.values().stream()
                .filter(token -> token.store().equals(store))
                .toList();
    }

    /// Removes a deleted token before the watch reports its deletion.
    public void forget(IndexedToken token) {
        tokens.computeIfPresent(token.name(), (name, current) -> current.uid().equals(token.uid()) ? null : current);
    }

    @Override
    public String getKey(Secret secret) {
        return secret instanceof RememberedSecret remembered
                ? remembered.token.name()
                : secret.getMetadata().getName();
    }

    /// Adds or replaces a Secret's entry. An unchanged Secret keeps its entry, whose timestamps in the future were
    /// clamped to the moment at which the Secret was first seen.
    @Override
    public @Nullable Secret put(String key, Secret secret) {
        var metadata = secret.getMetadata();
        var before = tokens.get(key);
        if (before == null || !before.resourceVersion().equals(metadata.getResourceVersion())) {
            tokens.put(
                    key,
                    new IndexedToken(
                            // the map keeps the first of two equal keys; the second need not stay beside it
                            before == null ? key : before.name(),
                            metadata.getUid(),
                            metadata.getResourceVersion(),
                            storeName(labels(secret).getOrDefault(TokenSecretLayout.STORE_LABEL, "")),
                            metadata.getDeletionTimestamp() != null,
                            TokenFacts.read(metadata, clock.instant())));
        }
        strip(metadata);
        return before == null ? null : secret(before);
    }

    @Override
    public @Nullable Secret remove(String key) {
        var before = tokens.remove(key);
        return before == null ? null : secret(before);
    }

    @Override
    public Stream<String> keySet() {
        return tokens.keySet().stream();
    }

    @Override
    public Stream<Secret> values() {
        return tokens.values().stream().map(this::secret);
    }

    @Override
    public int size() {
        return tokens.size();
    }

    @Override
    public @Nullable Secret get(String key) {
        var token = tokens.get(key);
        return token == null ? null : secret(token);
    }

    @Override
    public boolean isFullState() {
        return false;
    }

    private Secret secret(IndexedToken token) {
        return new RememberedSecret(namespace, token);
    }

    /// Removes what is not needed after the facts are read: event handlers may be busy, and many Secrets wait for them
    /// then.
    private static void strip(ObjectMeta metadata) {
        metadata.setManagedFields(List.of());
        metadata.setAnnotations(Map.of());
    }

    /// One string for all tokens of a store.
    private String storeName(String name) {
        return stores.computeIfAbsent(name, same -> same);
    }

    private static Map<String, String> labels(Secret secret) {
        return secret.getMetadata().getLabels() == null
                ? Map.of()
                : secret.getMetadata().getLabels();
    }

    /// A Secret whose metadata is made from an entry when it is read: the informer asks for all Secrets at once.
    private static final class RememberedSecret extends Secret {
        private static final long serialVersionUID = 1;

        private final transient String namespace;
        private final transient IndexedToken token;

        RememberedSecret(String namespace, IndexedToken token) {
            this.namespace = namespace;
            this.token = token;
        }

        @Override
        public ObjectMeta getMetadata() {
            return new ObjectMetaBuilder()
                    .withNamespace(namespace)
                    .withName(token.name())
                    .withUid(token.uid())
                    .withResourceVersion(token.resourceVersion())
                    .addToLabels(TokenSecretLayout.STORE_LABEL, token.store())
                    .build();
        }
    }
}
