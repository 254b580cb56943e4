package dev.tokenstore.operator;

import static dev.tokenstore.operator.Requests.assertForbidden;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.KubernetesForTests;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whom the policy `oauth-token-store-access` lets someone name in `spec.access`.
class AccessPolicyIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private static final String STORES_ROLE = """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {name: policies-test-stores}
            rules:
            - apiGroups: [tokenstore.dev]
              resources: [oauthtokenstores, oauthtokenstores/status]
              verbs: [get, create, update, patch, delete]
            """;
    private static final String BINDER_ROLE = """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRole
            metadata: {name: policies-test-%1$s-binder}
            rules:
            - apiGroups: [rbac.authorization.k8s.io]
              resources: [clusterroles]
              resourceNames: [oauth-token-store-%1$s]
              verbs: [bind]
            """;

    private String namespace;
    private Requests admin;

    /// May write stores, and bind nothing.
    private Requests author;

    @BeforeAll
    static void policiesAreInForce() {
        Policies.apply(kubernetes);
        kubernetes.apply(STORES_ROLE);
        kubernetes.apply(BINDER_ROLE.formatted("client"));
        kubernetes.apply(BINDER_ROLE.formatted("reader"));
    }

    @BeforeEach
    void someoneWhoWritesStores() {
        namespace = kubernetes.newNamespace();
        admin = new Requests(kubernetes.admin(), namespace);
        author = new Requests(kubernetes.clientAs("team", "author"), namespace);
        bind("policies-test-stores");
        await().ignoreExceptions().untilAsserted(() -> author.tryToCreate("OAuthTokenStore", "crm", store("{}")));
    }

    @Test
    void toNameAClientTakesTheRightToBindItsRole() {
        assertForbidden(
                () -> author.create("OAuthTokenStore", "crm", access("{name: author, namespace: team}")),
                "spec.access gives tokens to team/author, and for that you need the right to bind ClusterRole"
                        + " oauth-token-store-client in namespace " + namespace);

        bind("policies-test-client-binder");

        await().ignoreExceptions()
                .untilAsserted(() -> author.create("OAuthTokenStore", "crm", access("{name: a, namespace: team}")));
        assertForbidden(
                () -> author.patch(
                        "OAuthTokenStore", "crm", access("{name: a, namespace: team}, {name: r, readOnly: true}")),
                "spec.access gives tokens to " + namespace + "/r, and for that you need the right to bind ClusterRole"
                        + " oauth-token-store-reader");
    }

    @Test
    void toNameAReaderTakesTheRightToBindItsRole() {
        bind("policies-test-reader-binder");

        await().ignoreExceptions()
                .untilAsserted(() -> author.create("OAuthTokenStore", "crm", access("{name: a, readOnly: true}")));
        assertForbidden(
                () -> author.patch("OAuthTokenStore", "crm", access("{name: a}")),
                "to bind ClusterRole oauth-token-store-client");
    }

    @Test
    void whoMayNotBindChangesAllElseAndTakesAccessAway() {
        admin.create(
                "OAuthTokenStore", "crm", access("{name: a}, {name: b, namespace: sales}, {name: c, readOnly: true}"));

        assertThatNoException().isThrownBy(() -> {
            author.patch("OAuthTokenStore", "crm", "spec: {suspend: true}");
            author.patch("OAuthTokenStore", "crm", "metadata: {finalizers: [example.org/a], labels: {a: b}}");
            author.patch("OAuthTokenStore", "crm", "metadata: {finalizers: null}");
            author.patchStatus("OAuthTokenStore", "crm", "status: {observedGeneration: 1}");
            author.apply(
                    "OAuthTokenStore",
                    "crm",
                    access("{name: c, readOnly: true}, {name: a, namespace: %s}".formatted(namespace)));
            author.patch("OAuthTokenStore", "crm", access("{name: a, readOnly: true}"));
            author.patch("OAuthTokenStore", "crm", "spec: {access: null}");
        });
        assertForbidden(() -> author.patch("OAuthTokenStore", "crm", access("{name: a}")), "to bind ClusterRole");
        assertForbidden(() -> author.apply("OAuthTokenStore", "crm", access("{name: a}")), "to bind ClusterRole");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{name: a, namespace: kube-system}",
                "{name: a, namespace: kube-public, readOnly: true}",
                "{name: ok}, {name: oauth-token-store-operator, namespace: oauth-token-store}"
            })
    void nobodyNamesAccountsOfKubernetesOrOfTheOperator(String entries) {
        assertForbidden(
                () -> admin.create("OAuthTokenStore", "crm", access(entries)),
                "spec.access may not name service accounts of Kubernetes' own namespaces");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kube-system", "kube-public", "oauth-token-store"})
    void nobodyCreatesAStoreInANamespaceOfKubernetesOrOfTheOperator(String place) {
        var there = new Requests(kubernetes.admin(), place);

        var sentence = "a token store may not be in a namespace of Kubernetes (kube-...) nor in that of the operator";
        assertForbidden(() -> there.create("OAuthTokenStore", "crm", access("{name: a, namespace: sales}")), sentence);
        assertForbidden(() -> there.create("OAuthTokenStore", "crm", access("{name: a}")), sentence);
        assertForbidden(() -> there.create("OAuthTokenStore", "crm", "metadata: {}"), sentence);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"{name: a}, {name: a, namespace: %s}", "{name: a, namespace: %s}, {name: a, readOnly: true}"})
    void anAccountIsNamedOnce(String entries) {
        assertForbidden(
                () -> admin.create("OAuthTokenStore", "crm", access(entries.formatted(namespace))),
                "spec.access names an account twice");
    }

    @Test
    void sixtyFourAccountsAreNotTooMany() {
        var entries = new StringBuilder();
        for (int i = 0; i < 64; i++) {
            entries.append("{name: %s, namespace: %s, readOnly: %s},"
                    .formatted("a".repeat(240) + i, "n".repeat(63), i % 2 == 0));
        }

        assertThatNoException().isThrownBy(() -> {
            admin.create("OAuthTokenStore", "crm", access(entries.toString()));
            admin.apply("OAuthTokenStore", "crm", access(entries.toString().replace("true", "false")));
        });
    }

    private static String store(String spec) {
        return "{metadata: {}, spec: %s}".formatted(spec);
    }

    private static String access(String entries) {
        return store("{access: {serviceAccounts: [%s]}}".formatted(entries));
    }

    private void bind(String role) {
        admin.create("RoleBinding", role, """
                metadata: {}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %s}
                subjects: [%s]
                """.formatted(role, Policies.serviceAccount("team", "author")));
    }
}
