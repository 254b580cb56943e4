package dev.tokenstore.operator;

import static dev.tokenstore.operator.Requests.assertForbidden;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.KubernetesForTests;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// A cluster in which the kind `OAuthTokenStore` is not known: not installed yet, removed before the policies, or not
/// noticed yet by an API server that has just started.
class PoliciesWithoutStoresIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withPrivateServer();

    @Test
    void everySecretIsWrittenAsBeforeAndClientsStayConfinedToTokens() {
        var namespace = kubernetes.namespace();
        Policies.applyWithoutStores(kubernetes, namespace);
        var admin = new Requests(kubernetes.admin(), namespace);
        admin.create("RoleBinding", "client", """
                metadata: {}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: oauth-token-store-client}
                subjects: [%s]
                """.formatted(Policies.serviceAccount("sales", "worker")));
        var worker = new Requests(kubernetes.clientAs("sales", "worker"), namespace);
        var token = "{metadata: {labels: {tokenstore.dev/store: crm}}, type: tokenstore.dev/oauth-token}";

        assertThatNoException().isThrownBy(() -> {
            admin.create("Secret", "other", "metadata: {}");
            admin.patch("Secret", "other", "metadata: {labels: {a: b}}");
            admin.delete("Secret", "other");
            admin.create("Secret", "t", token);
            admin.delete("Secret", "t");
        });
        await().ignoreExceptions().untilAsserted(() -> worker.create("Secret", "t", token));
        worker.patch("Secret", "t", "metadata: {annotations: {tokenstore.dev/state: confirmed}}");
        assertForbidden(
                () -> worker.create(
                        "Secret",
                        "s",
                        "{metadata: {annotations: {kubernetes.io/service-account.name: default}}, type: kubernetes.io/service-account-token}"),
                "of a type other than");
        worker.delete("Secret", "t");
        assertThat(admin.exists("Secret", "t")).isFalse();
    }
}
