package dev.tokenstore.testbed;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.testing.TestCluster;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/// The stores of the testbed, each in a namespace of its own with an app's account that may use it. Thread-safe.
final class Stores implements AutoCloseable {
    private static final String NAME = "crm";
    private static final String APP = "app";
    private static final String CLIENT_ROLE = "oauth-token-store-client";
    private static final String READER_ROLE = "oauth-token-store-reader";

    private final TestCluster cluster;
    private final RandomGenerator random;
    private final PoliciesInForce policies;

    /// By `NAMESPACE/NAME`: who may use it.
    private final Map<String, Path> kubeconfigs = new ConcurrentHashMap<>();

    private Stores(TestCluster cluster, RandomGenerator random) {
        this.cluster = cluster;
        this.random = random;
        this.policies = new PoliciesInForce(cluster.admin());
    }

    /// Installs what ships.
    ///
    /// @param home of the project
    static Stores install(TestCluster cluster, Path home, RandomGenerator random) {
        cluster.apply(home.resolve("deploy/crds"));
        cluster.apply(home.resolve("deploy/operator/rbac.yaml"));
        cluster.apply(home.resolve("deploy/operator/policies.yaml"));
        return new Stores(cluster, random);
    }

    /// Makes a store and gives the account of an app the right to use it, as the operator does: once the policies
    /// confine it.
    ///
    /// @param spec of the store
    /// @param readOnly whether the account may only read
    /// @return `NAMESPACE/NAME`
    String create(Map<?, ?> spec, boolean readOnly) {
        var suffix = new byte[4];
        random.nextBytes(suffix);
        var namespace = "testbed-" + HexFormat.of().formatHex(suffix);
        cluster.createNamespace(namespace);
        var store = namespace + "/" + NAME;
        var kubeconfig = cluster.kubeconfigFor(namespace, APP);
        var created = cluster.admin().resource(resource(namespace, spec)).create();
        policies.await(created);
        bind(namespace, readOnly ? READER_ROLE : CLIENT_ROLE);
        kubeconfigs.put(store, kubeconfig);
        return store;
    }

    private static GenericKubernetesResource resource(String namespace, Map<?, ?> spec) {
        return new GenericKubernetesResourceBuilder()
                .withApiVersion(OAuthTokenStore.GROUP + "/" + OAuthTokenStore.VERSION)
                .withKind(OAuthTokenStore.class.getSimpleName())
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(NAME)
                .endMetadata()
                .addToAdditionalProperties("spec", spec)
                .build();
    }

    private void bind(String namespace, String role) {
        var binding = new RoleBindingBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(role)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", role)
                .addNewSubject()
                .withKind("ServiceAccount")
                .withNamespace(namespace)
                .withName(APP)
                .endSubject()
                .build();
        cluster.admin().resource(binding).create();
    }

    /// A kubeconfig of the account that may use the store.
    Path kubeconfig(String store) {
        var kubeconfig = kubeconfigs.get(store);
        if (kubeconfig == null) {
            throw new ControlException(404, "there is no store " + store + "; POST /stores makes one");
        }
        return kubeconfig;
    }

    /// Has the namespaces deleted, for a cluster that stays.
    @Override
    public void close() {
        kubeconfigs
                .keySet()
                .forEach(store -> cluster.admin()
                        .namespaces()
                        .withName(store.substring(0, store.indexOf('/')))
                        .delete());
    }
}
