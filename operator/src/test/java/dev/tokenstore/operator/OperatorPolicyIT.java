package dev.tokenstore.operator;

import static dev.tokenstore.operator.Requests.assertForbidden;
import static dev.tokenstore.operator.Requests.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.KubernetesForTests;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the policies leave to the operator's account, even where RBAC lets it do everything.
class OperatorPolicyIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes =
            KubernetesForTests.create().withPrivateServer().withTokenStores();

    private static final String ALMIGHTY = """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: ClusterRoleBinding
            metadata: {name: almighty-operator}
            roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
            subjects: [{kind: ServiceAccount, name: oauth-token-store-operator, namespace: oauth-token-store}]
            """;
    private static final String WORKER = Policies.serviceAccount("sales", "worker");
    private static final String THIEF = Policies.serviceAccount("sales", "thief");
    private static final String ITSELF = Policies.serviceAccount("oauth-token-store", "oauth-token-store-operator");

    private String namespace;
    private Requests admin;
    private Requests operator;

    @BeforeAll
    static void policiesAreInForce() {
        Policies.apply(kubernetes);
        kubernetes.apply(ALMIGHTY);
    }

    @BeforeEach
    void aStore() {
        namespace = kubernetes.newNamespace();
        admin = new Requests(kubernetes.admin(), namespace);
        operator = Policies.operator(kubernetes, namespace);
        admin.create("OAuthTokenStore", "crm", """
                metadata: {labels: {a: b}}
                spec: {access: {serviceAccounts: [{name: worker, namespace: sales}, {name: a}]}}
                """);
        Policies.awaitConfined(kubernetes, namespace, "crm");
        await().ignoreExceptions().until(() -> operator.exists("OAuthTokenStore", "crm"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"oauth-token-store-client", "oauth-token-store-reader"})
    void bindsClientsAndReaders(String role) {
        listAs(role);
        assertThatNoException().isThrownBy(() -> {
            operator.apply("RoleBinding", role, Policies.roleBinding(role, WORKER));
            operator.apply(
                    "RoleBinding",
                    role,
                    Policies.roleBinding(role, WORKER + "," + Policies.serviceAccount(namespace, "a")));
            operator.apply("RoleBinding", role, Policies.roleBinding(role, ""));
            operator.delete("RoleBinding", role);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"oauth-token-store-client", "oauth-token-store-reader"})
    void bindsNobodyWhomTheStoreDoesNotList(String role) {
        listAs(role);
        operator.apply("RoleBinding", role, Policies.roleBinding(role, WORKER));
        var other = role.equals("oauth-token-store-client") ? "oauth-token-store-reader" : "oauth-token-store-client";
        var sentence = "spec.access of store crm does not list sales/thief";

        assertForbidden(
                () -> operator.apply("RoleBinding", role, Policies.roleBinding(role, WORKER + "," + THIEF)), sentence);
        assertForbidden(() -> operator.apply("RoleBinding", other, Policies.roleBinding(other, THIEF)), sentence);
        assertForbidden(
                () -> operator.apply("RoleBinding", other, Policies.roleBinding(other, WORKER)),
                "does not list sales/worker");
    }

    /// Not even by a status that says that there is a second store.
    @Test
    void theAccountsOfASecondStoreAreBoundOncePeopleHaveAllowedThat() {
        var role = "oauth-token-store-client";
        admin.create("OAuthTokenStore", "mail", """
                metadata: {}
                spec: {access: {serviceAccounts: [{name: mailer, namespace: sales}]}}
                """);
        Policies.awaitConfined(kubernetes, namespace, "mail");
        var both = Policies.roleBinding(role, WORKER + "," + Policies.serviceAccount("sales", "mailer"));
        for (var store : List.of("crm", "mail")) {
            operator.patchStatus("OAuthTokenStore", store, """
                    status: {conditions: [{type: Isolated, status: "False", reason: SecondStore}]}
                    """);
        }

        assertForbidden(() -> operator.apply("RoleBinding", role, both), "tokenstore.dev/shared-namespace=true");
        for (var store : List.of("crm", "mail")) {
            assertForbidden(
                    () -> operator.patch(
                            "OAuthTokenStore",
                            store,
                            "metadata: {annotations: {tokenstore.dev/shared-namespace: 'true'}}"),
                    "nothing of a store but its status and the finalizer");
            admin.patch("OAuthTokenStore", store, "metadata: {annotations: {tokenstore.dev/shared-namespace: 'true'}}");
        }
        await().ignoreExceptions().untilAsserted(() -> operator.apply("RoleBinding", role, both));
    }

    @Test
    void bindsItselfToCleanUp() {
        var cleaner = "oauth-token-store-cleaner";

        operator.apply("RoleBinding", cleaner, Policies.roleBinding(cleaner, ITSELF));

        assertForbidden(
                () -> operator.apply("RoleBinding", cleaner, Policies.roleBinding(cleaner, ITSELF + "," + WORKER)),
                "is for the operator's own account");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "other | oauth-token-store-client | {kind: ServiceAccount, name: a, namespace: b} | the operator may write only the RoleBindings",
                "oauth-token-store-client | cluster-admin | {kind: ServiceAccount, name: a, namespace: b} | only the ClusterRole that is named like its RoleBinding",
                "oauth-token-store-reader | oauth-token-store-client | {kind: ServiceAccount, name: a, namespace: b} | only the ClusterRole that is named like its RoleBinding",
                "oauth-token-store-client | oauth-token-store-client | {kind: User, name: eve} | may bind service accounts only",
                "oauth-token-store-client | oauth-token-store-client | {kind: Group, name: 'system:serviceaccounts'} | may bind service accounts only",
                "oauth-token-store-client | oauth-token-store-client | {kind: ServiceAccount, name: a, namespace: kube-system} | no tokens to service accounts of Kubernetes' own namespaces",
                "oauth-token-store-reader | oauth-token-store-reader | {kind: ServiceAccount, name: a, namespace: oauth-token-store} | no tokens to service accounts of Kubernetes' own namespaces",
                "oauth-token-store-cleaner | oauth-token-store-cleaner | {kind: ServiceAccount, name: a, namespace: oauth-token-store} | is for the operator's own account",
            })
    void bindsNothingElse(String name, String role, String subject, String sentence) {
        assertForbidden(() -> operator.create("RoleBinding", name, Policies.roleBinding(role, subject)), sentence);
        assertForbidden(() -> operator.apply("RoleBinding", name, Policies.roleBinding(role, subject)), sentence);
    }

    /// Has the store list its accounts for that role; returns once the policies have seen it.
    private void listAs(String role) {
        admin.patch("OAuthTokenStore", "crm", """
                spec: {access: {serviceAccounts: [{name: worker, namespace: sales, readOnly: %1$s}, {name: a, readOnly: %1$s}]}}
                """.formatted(role.equals("oauth-token-store-reader")));
        Policies.awaitConfined(kubernetes, namespace, "crm");
    }

    @Test
    void bindsNoRoleOfTheNamespace() {
        assertForbidden(
                () -> operator.create(
                        "RoleBinding",
                        "oauth-token-store-client",
                        Policies.roleBinding("oauth-token-store-client", WORKER).replace("ClusterRole", "Role")),
                "only the ClusterRole that is named like its RoleBinding");
    }

    @ParameterizedTest
    @ValueSource(strings = {"kube-system", "oauth-token-store"})
    void bindsNothingInANamespaceOfKubernetesOrItsOwn(String place) {
        // without the label, so that the sentence is not that of the policy that asks for a store
        var binding = Policies.roleBinding("oauth-token-store-client", WORKER).replace("oauth-token-store}}", "x}}");

        assertForbidden(
                () -> Policies.operator(kubernetes, place).create("RoleBinding", "oauth-token-store-client", binding),
                "may bind nothing in a namespace of Kubernetes");
    }

    @Test
    void bindsNothingWhereNoStoreIs() {
        var storeless = Policies.operator(kubernetes, kubernetes.newNamespace());
        var binding = Policies.roleBinding("oauth-token-store-client", WORKER);

        assertRefused(
                () -> storeless.create("RoleBinding", "oauth-token-store-client", binding),
                Requests.UNPROCESSABLE,
                "create-an-oauthtokenstore-in-this-namespace-first");
        assertForbidden(
                () -> storeless.create("RoleBinding", "oauth-token-store-client", binding.replace("managed-by", "by")),
                "needs the label app.kubernetes.io/managed-by");
    }

    @Test
    void peopleBindTheRolesWhereverTheyWant() {
        var storeless = new Requests(kubernetes.admin(), kubernetes.newNamespace());
        var binding = Policies.roleBinding("oauth-token-store-client", WORKER).replace("managed-by", "by");

        assertThatNoException().isThrownBy(() -> storeless.create("RoleBinding", "oauth-token-store-client", binding));
    }

    @Test
    void aProbeIsNeverStored() {
        assertForbidden(
                () -> operator.create(
                        "RoleBinding", "oauth-token-store-probe", Policies.roleBinding("cluster-admin", WORKER)),
                "is for dry runs and may not be stored");
    }

    @Test
    void changesOfAStoreOnlyItsFinalizerAndStatus() {
        var store = "OAuthTokenStore";
        admin.patch(store, "crm", "metadata: {finalizers: [example.org/a]}");

        assertThatNoException().isThrownBy(() -> {
            operator.patch(store, "crm", "metadata: {finalizers: [example.org/a, tokenstore.dev/tokens]}");
            operator.patch(store, "crm", "metadata: {finalizers: [tokenstore.dev/tokens, example.org/a]}");
            operator.patch(store, "crm", "metadata: {finalizers: [example.org/a]}");
            operator.patchStatus(store, "crm", "status: {observedGeneration: 1}");
        });
        for (var change : new String[] {
            "metadata: {finalizers: null}",
            "metadata: {finalizers: [example.org/a, example.org/b]}",
            "metadata: {labels: {a: c}}",
            "metadata: {annotations: {tokenstore.dev/confirm-cleanup: '1'}}",
            "metadata: {ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: a, uid: b}]}",
            "spec: {suspend: true}",
            "spec: {access: {serviceAccounts: [{name: a}]}}"
        }) {
            assertForbidden(
                    () -> operator.patch(store, "crm", change), "nothing of a store but its status and the finalizer");
        }
        admin.patch(store, "crm", "metadata: {finalizers: null}");
    }

    @Test
    void deletesTokensAndNoOtherSecret() {
        admin.create(
                "Secret", "t", "{metadata: {labels: {tokenstore.dev/store: gone}}, type: tokenstore.dev/oauth-token}");
        admin.create("Secret", "unlabelled", "{metadata: {}, type: tokenstore.dev/oauth-token}");
        admin.create("Secret", "other", "{metadata: {labels: {tokenstore.dev/store: crm}}, type: Opaque}");

        assertForbidden(
                () -> operator.patch("Secret", "t", "metadata: {labels: {a: b}}"), "the operator may write no Secrets");
        operator.delete("Secret", "t");

        assertThat(admin.exists("Secret", "t")).isFalse();
        assertForbidden(() -> operator.delete("Secret", "unlabelled"), "the operator may delete only Secrets of type");
        assertForbidden(() -> operator.delete("Secret", "other"), "the operator may delete only Secrets of type");
        assertForbidden(
                () -> operator.patch("Secret", "other", "metadata: {labels: {a: b}}"),
                "the operator may write no Secrets");
        assertForbidden(
                () -> operator.create("Secret", "new", "{metadata: {}, type: tokenstore.dev/oauth-token}"),
                "the operator may write no Secrets");
    }
}
