package dev.tokenstore.operator;

import static dev.tokenstore.operator.OperatorUnderTest.condition;
import static dev.tokenstore.operator.OperatorUnderTest.is;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import dev.tokenstore.testing.KubernetesForTests;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What the operator says where someone changed the roles that ship. They belong to the whole cluster, so the server is
/// this class's own.
class ChangedRolesIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes =
            KubernetesForTests.create().withPrivateServer().withTokenStores();

    @Test
    void saysThatItMayNotSeeSecretsAndHealsByItself() {
        try (var operator = OperatorUnderTest.notStarted(kubernetes)) {
            cleanerMay("get");
            operator.create(TokenSecret.of("crm", "one", operator.clock.instant()));
            operator.createStore("crm", "{}");
            operator.start();

            var status = operator.awaitStatus("crm", s -> is(s, "Ready", "False"));
            assertThat(condition(status, "Ready").getReason()).isEqualTo("SecretsNotAccessible");
            assertThat(condition(status, "Ready").getMessage())
                    .contains(operator.namespace)
                    .contains("oauth-token-store-cleaner");
            assertThat(is(status, "CleanedUp", "Unknown")).isTrue();
            assertThat(status.tokens()).isNull();
            operator.awaitEvent("SecretsNotAccessible");

            operator.restoreRoles();

            assertThat(operator.awaitReady("crm").tokens()).isEqualTo(new TokenCounts(1, 1, 0, 0, 0));
        }
    }

    @Test
    void saysThatItMayNotDeleteAndTriesAgain() {
        try (var operator = OperatorUnderTest.notStarted(kubernetes)) {
            cleanerMay("list", "watch");
            operator.start();
            operator.create(TokenSecret.of("crm", "idle", operator.clock.instant()));
            operator.createStore("crm", "{sessionTimeout: 1h}");
            operator.awaitReady("crm");

            var status = operator.advance(Duration.ofHours(2), "crm");
            assertThat(condition(status, "CleanedUp").getStatus()).isEqualTo("False");
            assertThat(condition(status, "CleanedUp").getReason()).isEqualTo("DeletionFailed");
            assertThat(condition(status, "CleanedUp").getMessage()).contains("oauth-token-store-cleaner");
            assertThat(operator.exists("idle")).isTrue();
            operator.awaitEvent("CleanupFailed");

            operator.restoreRoles();
            operator.advance(Duration.ZERO, "crm");
            operator.awaitGone("idle");
        }
    }

    /// Changes what the shipped cleaner role allows to do with Secrets.
    private static void cleanerMay(String... verbs) {
        kubernetes.apply("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: oauth-token-store-cleaner}
                rules:
                - {apiGroups: [""], resources: [secrets], verbs: [%s]}
                """.formatted(String.join(", ", verbs)));
    }
}
