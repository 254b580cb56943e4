package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.store.StoreUnderTest;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.product.TestStore;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
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

    private final TestStore store;
    private final Config config;
    private final ConcurrentLinkedQueue<KubernetesConnection> connections = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<String> unreadable = new ConcurrentLinkedQueue<>();

    private TestStores(TestStore store, Config config) {
        this.store = store;
        this.config = config;
    }

    /// Creates an `OAuthTokenStore` without tokens in the test class's namespace.
    static TestStores create(KubernetesForTests kubernetes) {
        return create(kubernetes, kubernetes.config());
    }

    /// Creates a store with that spec in the test class's namespace.
    static TestStores create(KubernetesForTests kubernetes, OAuthTokenStoreSpec spec) {
        return create(kubernetes, kubernetes.config(), spec);
    }

    /// Creates a store that keeps everything, for connections with that configuration.
    static TestStores create(KubernetesForTests kubernetes, Config config) {
        return create(kubernetes, config, OAuthTokenStoreSpec.keepingEverything());
    }

    /// Creates a store with that spec, for connections with that configuration.
    static TestStores create(KubernetesForTests kubernetes, Config config, OAuthTokenStoreSpec spec) {
        var store = TestStore.in(kubernetes, kubernetes.namespace(), "store-" + NUMBER.incrementAndGet());
        return new TestStores(store.apply(Serialization.asJson(spec)), config);
    }

    /// A store that is there, of any namespace.
    static TestStores of(KubernetesForTests kubernetes, String namespace, String name, Config config) {
        return new TestStores(TestStore.in(kubernetes, namespace, name), config);
    }

    String name() {
        return store.name();
    }

    @Override
    public TokenStore open() {
        var storage = storage(InstantSource.system());
        return new TokenStore(storage, storage, storage.uses(), new SecureRandom());
    }

    KubernetesTokenStorage storage(InstantSource clock) {
        var connection = KubernetesConnection.open(config, clock);
        connections.add(connection);
        return connection.storage(store.namespace(), store.name(), new SecureRandom(), unreadable::add);
    }

    /// The store's Secrets, whatever is in them.
    List<Secret> secrets() {
        return store.secrets();
    }

    /// Changes a token's Secret as people could.
    void edit(StoredToken row, Consumer<Secret> edit) {
        store.admin()
                .secrets()
                .inNamespace(store.namespace())
                .withName(row.name())
                .edit(secret -> {
                    var edited = new SecretBuilder(secret).build();
                    edit.accept(edited);
                    return edited;
                });
    }

    /// The store as administrators see it.
    Resource<OAuthTokenStore> resource() {
        return store.admin()
                .resources(OAuthTokenStore.class)
                .inNamespace(store.namespace())
                .withName(store.name());
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
