package dev.tokenstore.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.product.ShippedPolicies;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The policies in a cluster whose controllers run; here one that fails refuses, so that a failing expression is seen.
class PolicyLifeIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes =
            KubernetesForTests.create().withControllers().withTokenStores();

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @BeforeAll
    static void policiesAreInForce() throws IOException {
        Policies.apply(
                kubernetes,
                Files.readString(ShippedPolicies.FILE).replace("failurePolicy: Ignore", "failurePolicy: Fail"));
    }

    @Test
    void aNamespaceWithTokensGoes() {
        var namespace = kubernetes.newNamespace();
        var admin = new Requests(kubernetes.admin(), namespace);
        admin.create("OAuthTokenStore", "crm", "{metadata: {}, spec: {access: {serviceAccounts: [{name: a}]}}}");
        admin.create(
                "Secret", "t", "{metadata: {labels: {tokenstore.dev/store: crm}}, type: tokenstore.dev/oauth-token}");
        admin.create("Secret", "other", "{metadata: {}, type: Opaque}");

        kubernetes.admin().namespaces().withName(namespace).delete();

        await().atMost(PATIENCE)
                .until(() -> kubernetes.admin().namespaces().withName(namespace).get() == null);
    }

    @Test
    void aTokenGoesWithTheObjectThatOwnsIt() {
        var namespace = kubernetes.newNamespace();
        var admin = new Requests(kubernetes.admin(), namespace);
        admin.create("OAuthTokenStore", "crm", "metadata: {}");
        Policies.awaitConfined(kubernetes, namespace, "crm");
        admin.create("Secret", "owner", "{metadata: {}, type: Opaque}");
        admin.create("Secret", "t", """
                metadata:
                  labels: {tokenstore.dev/store: crm}
                  ownerReferences: [{apiVersion: v1, kind: Secret, name: owner, uid: %s}]
                type: tokenstore.dev/oauth-token
                """.formatted(admin.uid("Secret", "owner")));

        admin.delete("Secret", "owner");

        await().atMost(PATIENCE).until(() -> !admin.exists("Secret", "t"));
    }

    @Test
    void secretsWithNothingInThemAreJudgedWithoutAnError() {
        var namespace = kubernetes.newNamespace();
        var admin = new Requests(kubernetes.admin(), namespace);
        admin.create("OAuthTokenStore", "bare", "metadata: {}");
        admin.create("OAuthTokenStore", "empty", "{metadata: {}, spec: {access: {}}}");
        admin.patchStatus("OAuthTokenStore", "empty", "status: {conditions: [{type: Isolated, status: 'True'}]}");
        Policies.awaitConfined(kubernetes, namespace, "empty");
        admin.create("RoleBinding", "edit", """
                metadata: {}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %s}
                subjects: [%s]
                """.formatted(Policies.EDITOR, Policies.serviceAccount("ci", "deployer")));
        var deployer = new Requests(kubernetes.clientAs("ci", "deployer"), namespace);

        await().ignoreExceptions().untilAsserted(() -> deployer.create("Secret", "t", "metadata: {}"));
        deployer.patch("Secret", "t", "metadata: {labels: {tokenstore.dev/store: bare}}");
        deployer.patch("Secret", "t", "metadata: {labels: null, annotations: {tokenstore.dev/store: bare}}");
        deployer.delete("Secret", "t");

        assertThat(admin.exists("Secret", "t")).isFalse();
    }

    @Test
    void theApiServerFindsNoMistakeInAnyExpression() {
        var policies = kubernetes
                .admin()
                .genericKubernetesResources("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(policies.list().getItems())
                        .filteredOn(policy -> policy.getMetadata().getName().startsWith("oauth-token-store"))
                        .hasSize(6)
                        .allSatisfy(policy -> {
                            Object checked = policy.get("status", "typeChecking");
                            assertThat(checked).isNotNull();
                            assertThat(warnings(policy))
                                    .as(policy.getMetadata().getName())
                                    .isEmpty();
                        }));
    }

    private static List<?> warnings(GenericKubernetesResource policy) {
        List<?> warnings = policy.get("status", "typeChecking", "expressionWarnings");
        return Objects.requireNonNullElse(warnings, List.of());
    }
}
