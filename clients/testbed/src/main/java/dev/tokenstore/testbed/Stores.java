package dev.tokenstore.testbed;

import dev.tokenstore.testing.Project;
import dev.tokenstore.testing.TestCluster;
import dev.tokenstore.testing.product.ShippedPolicies;
import dev.tokenstore.testing.product.TestStore;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The stores of the testbed, each in a namespace of its own with an app's account that may use it. Thread-safe.
final class Stores implements AutoCloseable {
    /// The account that may use a store, of the store's namespace.
    static final String APP = "app";

    private static final String CLIENT_ROLE = "oauth-token-store-client";
    private static final String READER_ROLE = "oauth-token-store-reader";

    private final TestCluster cluster;
    private final ShippedPolicies policies;
    private final Map<String, TestStore> byName = new ConcurrentHashMap<>();

    private Stores(TestCluster cluster) {
        this.cluster = cluster;
        this.policies = new ShippedPolicies(cluster.admin());
    }

    /// Installs what ships.
    static Stores install(TestCluster cluster) {
        cluster.apply(Project.file("deploy/crds"));
        var stores = new Stores(cluster);
        stores.policies.apply();
        return stores;
    }

    /// Makes a store and gives the account of an app the right to use it, as the operator does: once the policies
    /// confine it.
    ///
    /// @param spec of the store
    /// @param readOnly whether the account may only read
    TestStore create(Map<?, ?> spec, boolean readOnly) {
        var namespace = cluster.newNamespace("testbed");
        var store = new TestStore(cluster.admin(), cluster.kubeconfigFile(), namespace, "crm");
        store.apply(Serialization.asJson(spec));
        policies.awaitConfined(store);
        store.bind(readOnly ? READER_ROLE : CLIENT_ROLE, APP);
        byName.put(store.fullName(), store);
        return store;
    }

    /// @param name `NAMESPACE/NAME`
    TestStore of(String name) {
        return Optional.ofNullable(byName.get(name))
                .orElseThrow(() -> new ControlException(404, "there is no store " + name + "; POST /stores makes one"));
    }

    /// Has the namespaces deleted, for a cluster that stays.
    @Override
    public void close() {
        byName.values()
                .forEach(store ->
                        cluster.admin().namespaces().withName(store.namespace()).delete());
    }
}
