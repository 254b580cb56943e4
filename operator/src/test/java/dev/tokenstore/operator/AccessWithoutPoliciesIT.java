package dev.tokenstore.operator;

import static dev.tokenstore.operator.OperatorUnderTest.condition;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.KubernetesForTests;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Nobody becomes a client before the policy that confines clients is in force: on a server of its own, since policies
/// hold for a whole cluster.
class AccessWithoutPoliciesIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes =
            KubernetesForTests.create().withPrivateServer().withTokenStores();

    @Test
    void nobodyIsBoundBeforeThePoliciesAreInForceAndThenTheyAre() {
        try (var operator = OperatorUnderTest.withoutPolicies(kubernetes)) {
            operator.start();
            operator.create(TokenSecret.of("crm", "one", operator.clock.instant()));
            operator.createStore("crm", "{access: {serviceAccounts: [{name: worker}]}}");

            var status = operator.awaitReady("crm");
            var access = condition(status, "AccessGranted");
            assertThat(access.getStatus()).isEqualTo("False");
            assertThat(access.getReason()).isEqualTo("PolicyNotInForce");
            assertThat(access.getMessage()).contains("kubectl apply -f deploy/operator/policies.yaml");
            assertThat(operator.awaitEvent("AccessNotGranted").getType()).isEqualTo("Warning");
            assertThat(isBound(operator)).isFalse();

            operator.applyPolicies();
            await().atMost(Duration.ofSeconds(60)).until(() -> {
                operator.clock.advance(Duration.ofSeconds(30));
                operator.advance(Duration.ZERO, "crm");
                return isBound(operator);
            });
            operator.awaitStatus(
                    "crm", s -> condition(s, "AccessGranted").getReason().equals("Bound"));
        }
    }

    private static boolean isBound(OperatorUnderTest operator) {
        return kubernetes
                        .admin()
                        .rbac()
                        .roleBindings()
                        .inNamespace(operator.namespace)
                        .withName("oauth-token-store-client")
                        .get()
                != null;
    }
}
