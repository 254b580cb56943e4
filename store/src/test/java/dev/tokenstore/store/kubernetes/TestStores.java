package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.store.StoreUnderTest;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.testing.KubernetesForTests;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// A store of its own on the tests' API server, with the account that the shipped client role is bound to.
final class TestStores implements StoreUnderTest {
    static final String ACCOUNT = "client";

    private static final AtomicInteger NUMBER = new AtomicInteger();

    private final KubernetesForTests kubernetes;
    private final String namespace;
    private final String name;
    private final Config config;
    private final ConcurrentLinkedQueue<KubernetesConnection> connections = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> unreadable = new ConcurrentLinkedQueue<>();

    private TestStores(KubernetesForTests kubernetes, String namespace, String name, Config config) {
        this.kubernetes = kubernetes;
        this.namespace = namespace;
        this.name = name;
        this.config = config;
    }

    /// Creates an `OAuthTokenStore` without tokens in the test class's namespace.
    static TestStores create(KubernetesForTests kubernetes) {
        return create(kubernetes, kubernetes.config());
    }

    /// The same, of a store whose tokens live as the spec says.
    static TestStores create(KubernetesForTests kubernetes, OAuthTokenStoreSpec spec) {
        return create(kubernetes, kubernetes.config(), spec);
    }

    /// The same, reached with another configuration.
    static TestStores create(KubernetesForTests kubernetes, Config config) {
        return create(kubernetes, config, OAuthTokenStoreSpec.keepingEverything());
    }

    /// Both.
    static TestStores create(KubernetesForTests kubernetes, Config config, OAuthTokenStoreSpec spec) {
        var store = new OAuthTokenStore();
        store.setMetadata(new ObjectMetaBuilder()
                .withName("store-" + NUMBER.incrementAndGet())
                .withNamespace(kubernetes.namespace())
                .build());
        store.setSpec(spec);
        kubernetes.admin().resource(store).create();
        return of(kubernetes, kubernetes.namespace(), store.getMetadata().getName(), config);
    }

    /// A store that is there, of any namespace.
    static TestStores of(KubernetesForTests kubernetes, String namespace, String name, Config config) {
        return new TestStores(kubernetes, namespace, name, config);
    }

    String name() {
        return name;
    }

    @Override
    public TokenStore open() {
        var storage = storage(InstantSource.system());
        return new TokenStore(storage, storage, storage.uses(), new SecureRandom());
    }

    KubernetesTokenStorage storage(InstantSource clock) {
        var connection = KubernetesConnection.open(config, clock);
        connections.add(connection);
        return connection.storage(namespace, name, new SecureRandom(), unreadable::add);
    }

    /// The store's Secrets, whatever is in them.
    List<Secret> secrets() {
        return kubernetes
                .admin()
                .secrets()
                .inNamespace(namespace)
                .withLabel(TokenSecretLayout.STORE_LABEL, name)
                .list()
                .getItems();
    }

    /// Changes a token's Secret as people could.
    void edit(StoredToken row, Consumer<Secret> edit) {
        kubernetes.admin().secrets().inNamespace(namespace).withName(row.name()).edit(secret -> {
            var edited = new SecretBuilder(secret).build();
            edit.accept(edited);
            return edited;
        });
    }

    /// The store as administrators see it.
    Resource<OAuthTokenStore> resource() {
        return kubernetes
                .admin()
                .resources(OAuthTokenStore.class)
                .inNamespace(namespace)
                .withName(name);
    }

    /// Changes fields of the store's spec.
    ///
    /// @param spec in JSON, merged
    void setSpec(String spec) {
        resource().patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":" + spec + "}");
    }

    /// The names reported as unreadable so far.
    List<String> unreadable() {
        return List.copyOf(unreadable);
    }

    @Override
    public void close() {
        connections.forEach(KubernetesConnection::close);
    }
}
