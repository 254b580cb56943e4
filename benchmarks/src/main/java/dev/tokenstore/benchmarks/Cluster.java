package dev.tokenstore.benchmarks;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.testing.TestCluster;
import dev.tokenstore.testing.product.TestStore;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/// A cluster with everything installed that ships, but for the operator's own pod.
final class Cluster implements AutoCloseable {
    /// The service account that saves tokens.
    static final String APP = "app";

    private final TestCluster cluster;
    private final ShippedDeployment shipped;

    private Cluster(TestCluster cluster, ShippedDeployment shipped) {
        this.cluster = cluster;
        this.shipped = shipped;
    }

    /// @param deploy the folder of the manifests
    static Cluster open(Path deploy, ShippedDeployment shipped, Consumer<String> progress) {
        var cluster = TestCluster.openToMeasure(progress);
        cluster.apply(deploy.resolve("crds"));
        cluster.apply(deploy.resolve("operator/rbac.yaml"));
        var policies = deploy.resolve("operator/policies.yaml");
        if (Files.exists(policies)) {
            cluster.apply(policies);
        }
        // the first request for a new kind takes two seconds
        cluster.admin().resources(OAuthTokenStore.class).inAnyNamespace().list();
        return new Cluster(cluster, shipped);
    }

    KubernetesClient admin() {
        return cluster.admin();
    }

    /// A client of its own, with all rights and a connection that it shares with nobody.
    KubernetesClient newAdmin() {
        return new KubernetesClientBuilder()
                .withConfig(cluster.config())
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build();
    }

    /// With all rights.
    Path kubeconfig() {
        return cluster.kubeconfigFile();
    }

    Path operatorKubeconfig() {
        return cluster.kubeconfigFor(shipped.namespace(), shipped.serviceAccount());
    }

    Path appKubeconfig(String namespace) {
        return cluster.kubeconfigFor(namespace, APP);
    }

    void createNamespace(String name) {
        cluster.createNamespace(name);
    }

    /// Creates a store whose client is [#APP] of its namespace.
    ///
    /// @param cleanup its policy, as YAML
    TestStore createStore(String namespace, String name, String cleanup) {
        return new TestStore(admin(), kubeconfig(), namespace, name)
                .apply("{cleanup: %s, access: {serviceAccounts: [{name: %s}]}}".formatted(cleanup, APP));
    }

    void patchCleanup(String namespace, String name, String cleanup) {
        admin().resources(OAuthTokenStore.class)
                .inNamespace(namespace)
                .withName(name)
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"cleanup\": %s}}".formatted(cleanup));
    }

    /// How many Secrets there are in a namespace.
    int secrets(String namespace) {
        var one = admin().secrets()
                .inNamespace(namespace)
                .listAsPartialObjectMetadata(
                        new ListOptionsBuilder().withLimit(1L).build());
        var more = one.getMetadata().getRemainingItemCount();
        return (one.getItems() == null ? 0 : one.getItems().size()) + (more == null ? 0 : more.intValue());
    }

    @Override
    public void close() {
        cluster.close();
    }
}
