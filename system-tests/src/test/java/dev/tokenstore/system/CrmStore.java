package dev.tokenstore.system;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.Map;
import java.util.Objects;

/// The store `crm` in a namespace of its own, which the account `crm-worker` of the pods' namespace may use.
record CrmStore(Pods pods, String namespace) {
    private static final String DEFINITION = "oauthtokenstores.tokenstore.dev";

    /// Creates the account and the store.
    static CrmStore create(Pods pods) {
        pods.apply("""
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: crm-worker}
                """);
        var store = new CrmStore(pods, pods.newNamespace());
        store.apply("12h");
        return store;
    }

    private void apply(String sessionTimeout) {
        pods.apply("""
                apiVersion: tokenstore.dev/v1alpha1
                kind: OAuthTokenStore
                metadata: {name: crm, namespace: %s}
                spec:
                  sessionTimeout: %s
                  access: {serviceAccounts: [{name: crm-worker, namespace: %s}]}
                """.formatted(namespace, sessionTimeout, pods.namespace()));
    }

    /// What a pod's annotation calls it.
    String name() {
        return namespace + "/crm";
    }

    /// Changes it and waits until the operator says that it saw the change, and as many tokens as there are.
    ///
    /// @param sessionTimeout another one than before
    void awaitOperatorAfterChange(String sessionTimeout) {
        apply(sessionTimeout);
        var total = tokens().size();
        await().atMost(Pods.LIMIT).untilAsserted(() -> {
            var store = resource();
            assertThat(store.<Integer>get("status", "observedGeneration"))
                    .isEqualTo(Math.toIntExact(store.getMetadata().getGeneration()));
            assertThat(store.<Integer>get("status", "tokens", "total")).isEqualTo(total);
        });
    }

    /// The tokens' Secrets: names, and which object in which version each is.
    Map<String, String> tokens() {
        return pods
                .admin()
                .secrets()
                .inNamespace(namespace)
                .withLabel("tokenstore.dev/store", "crm")
                .list()
                .getItems()
                .stream()
                .collect(toMap(
                        secret -> secret.getMetadata().getName(),
                        secret -> secret.getMetadata().getUid() + " "
                                + secret.getMetadata().getResourceVersion()));
    }

    /// Which object it is.
    String uid() {
        return resource().getMetadata().getUid();
    }

    /// Which object the custom resource definition is.
    String definitionUid() {
        return Objects.requireNonNull(pods.admin()
                        .genericKubernetesResources("apiextensions.k8s.io/v1", "CustomResourceDefinition")
                        .withName(DEFINITION)
                        .get())
                .getMetadata()
                .getUid();
    }

    private GenericKubernetesResource resource() {
        return Objects.requireNonNull(pods.admin()
                .genericKubernetesResources("tokenstore.dev/v1alpha1", "OAuthTokenStore")
                .inNamespace(namespace)
                .withName("crm")
                .get());
    }
}
