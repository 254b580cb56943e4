package dev.tokenstore.operator;

import static dev.tokenstore.operator.OperatorUnderTest.condition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tokenstore.testing.KubernetesForTests;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The operator with rights in one namespace only: on a server of its own, without the ClusterRoleBinding.
class NamespacedModeIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes =
            KubernetesForTests.create().withPrivateServer().withTokenStores();

    @Test
    void worksInTheNamespacesItIsBoundInAndHasNoRightsElsewhere() throws Exception {
        try (var operator = OperatorUnderTest.notStarted(kubernetes)) {
            kubernetes
                    .admin()
                    .rbac()
                    .clusterRoleBindings()
                    .withName("oauth-token-store-operator")
                    .delete();
            kubernetes.apply(Files.readString(Path.of("../deploy/examples/operator-in-one-namespace.yaml"))
                    .replace("crm-tokens", operator.namespace));
            operator.start();
            operator.create(TokenSecret.of("crm", "idle", operator.clock.instant()));
            operator.createStore(
                    "crm", "{sessionTimeout: 1h, deletionPolicy: Delete, access: {serviceAccounts: [{name: worker}]}}");

            operator.awaitReady("crm");
            operator.awaitStatus(
                    "crm", s -> condition(s, "AccessGranted").getReason().equals("Bound"));
            operator.advance(Duration.ofHours(2), "crm");
            operator.awaitGone("idle");

            var elsewhere = kubernetes.clientAs("oauth-token-store", "oauth-token-store-operator");
            assertThatExceptionOfType(KubernetesClientException.class)
                    .isThrownBy(() -> elsewhere
                            .secrets()
                            .inNamespace(kubernetes.namespace())
                            .list())
                    .satisfies(e -> assertThat(e.getCode()).isEqualTo(403));
            assertThatExceptionOfType(KubernetesClientException.class)
                    .isThrownBy(() -> elsewhere
                            .rbac()
                            .roleBindings()
                            .inNamespace(kubernetes.namespace())
                            .withName("oauth-token-store-client")
                            .delete())
                    .satisfies(e -> assertThat(e.getCode()).isEqualTo(403));
        }
    }
}
