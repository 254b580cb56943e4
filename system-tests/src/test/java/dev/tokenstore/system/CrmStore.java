package dev.tokenstore.system;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.product.TestStore;
import java.util.Map;
import java.util.Objects;

/// The store `crm` in a namespace of its own, which the account `crm-worker` of the pods' namespace may use.
record CrmStore(Pods pods, TestStore store) {
    private static final String DEFINITION = "oauthtokenstores.tokenstore.dev";

    /// Creates the account and the store.
    static CrmStore create(Pods pods) {
        pods.createAccount("crm-worker");
        var store = new CrmStore(pods, pods.createStore());
        store.apply("12h");
        return store;
    }

    private void apply(String sessionTimeout) {
        store.apply("{sessionTimeout: %s, access: {serviceAccounts: [{name: crm-worker, namespace: %s}]}}"
                .formatted(sessionTimeout, pods.namespace()));
    }

    /// What a pod's annotation calls it.
    String name() {
        return store.fullName();
    }

    /// Changes it and waits until the operator says that it saw the change, and as many tokens as there are.
    ///
    /// @param sessionTimeout another one than before
    void awaitOperatorAfterChange(String sessionTimeout) {
        apply(sessionTimeout);
        var total = tokens().size();
        await().atMost(Pods.LIMIT).untilAsserted(() -> {
            var seen = store.resource();
            assertThat(seen.<Integer>get("status", "observedGeneration"))
                    .isEqualTo(Math.toIntExact(seen.getMetadata().getGeneration()));
            assertThat(seen.<Integer>get("status", "tokens", "total")).isEqualTo(total);
        });
    }

    /// The tokens' Secrets: names, and which object in which version each is.
    Map<String, String> tokens() {
        return store.secrets().stream()
                .collect(toMap(
                        secret -> secret.getMetadata().getName(),
                        secret -> secret.getMetadata().getUid() + " "
                                + secret.getMetadata().getResourceVersion()));
    }

    /// Which object it is.
    String uid() {
        return store.resource().getMetadata().getUid();
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
}
