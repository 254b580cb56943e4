package dev.tokenstore.operator;

import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.product.ShippedPolicies;
import dev.tokenstore.testing.product.TestStore;
import java.time.Duration;
import java.util.Map;

/// The admission policies that ship, with the roles they speak of; in force once [#apply(KubernetesForTests)] returns.
final class Policies {
    private static final String PROBE = "oauth-token-store-probe";

    /// An API server that has just started may refuse for 30 seconds what a policy with parameters selects.
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /// Rights on Secrets as an account has them that deploys an app; named like no role of Kubernetes.
    static final String EDITOR = "policies-test-secret-editor";

    private static final String EDITOR_ROLE = """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {name: %s}
            rules: [{apiGroups: [""], resources: [secrets], verbs: [get, list, watch, create, update, patch, delete]}]
            """.formatted(EDITOR);

    private Policies() {}

    static void apply(KubernetesForTests kubernetes) {
        kubernetes.apply(ShippedPolicies.FILE);
        awaitInForce(kubernetes);
    }

    /// Applies a changed text of them.
    static void apply(KubernetesForTests kubernetes, String policies) {
        kubernetes.apply(policies);
        awaitInForce(kubernetes);
    }

    /// Applies them where no store can be.
    static void applyWithoutStores(KubernetesForTests kubernetes, String namespace) {
        var policies = new ShippedPolicies(kubernetes.admin());
        policies.apply();
        policies.awaitSecretsConfined(namespace);
    }

    /// A policy that was applied a moment ago is not asked yet.
    private static void awaitInForce(KubernetesForTests kubernetes) {
        kubernetes.apply(ShippedPolicies.ROLES);
        kubernetes.apply(EDITOR_ROLE);
        var admin = new Requests(kubernetes.admin(), "kube-public");
        awaitForbidden(() -> admin.tryToCreate("OAuthTokenStore", "a", "metadata: {}"), "may not be in a namespace");

        var storeless = kubernetes.newNamespace();
        var operator = operator(kubernetes, storeless);
        awaitForbidden(
                () -> operator.tryToCreate("RoleBinding", "a", roleBinding("oauth-token-store-client", "")),
                "only the RoleBindings");
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> Requests.assertRefused(
                        () -> operator.tryToCreate(
                                "RoleBinding", "oauth-token-store-client", roleBinding("oauth-token-store-client", "")),
                        Requests.UNPROCESSABLE,
                        "no params found"));
        new ShippedPolicies(kubernetes.admin()).awaitSecretsConfined(storeless);
    }

    /// Returns once clients of the store, as it is now, are confined to it.
    static void awaitConfined(KubernetesForTests kubernetes, String namespace, String store) {
        new ShippedPolicies(kubernetes.admin()).awaitConfined(TestStore.in(kubernetes, namespace, store));
    }

    /// The operator's question whether clients of the store, at that generation, are confined: refused if they are.
    static void askAbout(KubernetesForTests kubernetes, String namespace, String store, String generation) {
        ask(kubernetes, namespace, Map.of("tokenstore.dev/store", store, "tokenstore.dev/generation", generation));
    }

    /// The operator's question whether a policy is in force: refused if it is.
    static void ask(KubernetesForTests kubernetes, String namespace, Map<String, String> annotations) {
        var metadata = new StringBuilder();
        annotations.forEach((key, value) -> metadata.append("%s: '%s', ".formatted(key, value)));
        operator(kubernetes, namespace).tryToCreate("RoleBinding", PROBE, """
                        metadata: {annotations: {%s}}
                        roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: oauth-token-store-client}
                        """.formatted(metadata));
    }

    static Requests operator(KubernetesForTests kubernetes, String namespace) {
        return new Requests(kubernetes.clientAs("oauth-token-store", "oauth-token-store-operator"), namespace);
    }

    /// A role binding as the operator writes it.
    ///
    /// @param subjects in YAML, separated by commas
    static String roleBinding(String role, String subjects) {
        return """
                metadata: {labels: {app.kubernetes.io/managed-by: oauth-token-store}}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %s}
                subjects: [%s]
                """.formatted(role, subjects);
    }

    static String serviceAccount(String namespace, String name) {
        return "{kind: ServiceAccount, name: %s, namespace: %s}".formatted(name, namespace);
    }

    private static void awaitForbidden(Runnable request, String sentence) {
        await().atMost(PATIENCE)
                .ignoreExceptions()
                .untilAsserted(() -> Requests.assertForbidden(request::run, sentence));
    }
}
