package dev.tokenstore.testing.product;

import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.Manifests;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.nio.file.Path;
import java.util.List;

/// An `OAuthTokenStore` in its namespace, as an administrator of the cluster has it.
///
/// @param admin a client with all rights
/// @param kubeconfig with all rights, for programs
public record TestStore(KubernetesClient admin, Path kubeconfig, String namespace, String name) {
    private static final String API_VERSION = "tokenstore.dev/v1alpha1";
    private static final String KIND = "OAuthTokenStore";

    /// Creates a store called `crm` in a new namespace.
    ///
    /// @param spec in YAML, on one line
    public static TestStore create(KubernetesForTests kubernetes, String spec) {
        return in(kubernetes, kubernetes.newNamespace(), "crm").apply(spec);
    }

    /// A store that may be there or not: see [#apply(String)].
    public static TestStore in(KubernetesForTests kubernetes, String namespace, String name) {
        return new TestStore(kubernetes.admin(), kubernetes.kubeconfigFile(), namespace, name);
    }

    /// Creates the store, or changes its spec.
    ///
    /// @param spec in YAML, on one line
    public TestStore apply(String spec) {
        new Manifests(admin, namespace).apply("""
                apiVersion: %s
                kind: %s
                metadata: {name: %s, namespace: %s}
                spec: %s
                """.formatted(API_VERSION, KIND, name, namespace, spec));
        return this;
    }

    /// Binds a role of the cluster to an account of the store's namespace, as the operator does; the binding has the
    /// role's name.
    public TestStore bind(String clusterRole, String account) {
        new Manifests(admin, namespace).apply("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: %1$s, namespace: %2$s}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %1$s}
                subjects: [{kind: ServiceAccount, name: %3$s, namespace: %2$s}]
                """.formatted(clusterRole, namespace, account));
        return this;
    }

    /// Namespace and name as programs take them.
    public String fullName() {
        return namespace + "/" + name;
    }

    /// The options that lead a program to the store, with all rights.
    public List<String> options() {
        return options(kubeconfig);
    }

    /// The options that lead a program to the store as another account, or by another API server.
    public List<String> options(Path otherKubeconfig) {
        return List.of("--store", fullName(), "--kubeconfig", otherKubeconfig.toString());
    }

    /// The resource as stored.
    public GenericKubernetesResource resource() {
        return operation().require();
    }

    public Resource<GenericKubernetesResource> operation() {
        return admin.genericKubernetesResources(API_VERSION, KIND)
                .inNamespace(namespace)
                .withName(name);
    }

    /// The store's Secrets, whatever is in them.
    public List<Secret> secrets() {
        return admin.secrets()
                .inNamespace(namespace)
                .withLabel("tokenstore.dev/store", name)
                .list()
                .getItems();
    }
}
