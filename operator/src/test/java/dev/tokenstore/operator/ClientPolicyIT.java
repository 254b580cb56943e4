package dev.tokenstore.operator;

import static dev.tokenstore.operator.Requests.assertForbidden;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.KubernetesForTests;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the policies `oauth-token-store-secrets` and `oauth-token-store-clients` let the accounts of a store do.
class ClientPolicyIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private static final String TOKEN = """
            metadata: {labels: {tokenstore.dev/store: crm}, annotations: {tokenstore.dev/state: pending}}
            type: tokenstore.dev/oauth-token
            """;
    private static final String OTHER = "metadata: {labels: {app: crm}}";

    private String namespace;
    private Requests admin;
    private Requests worker;

    @BeforeAll
    static void policiesAreInForce() {
        Policies.apply(kubernetes);
    }

    @BeforeEach
    void aStoreWithAClientAndAReader() {
        namespace = kubernetes.newNamespace();
        admin = new Requests(kubernetes.admin(), namespace);
        worker = as("worker");
        admin.create("OAuthTokenStore", "crm", """
                metadata: {}
                spec: {access: {serviceAccounts: [{name: worker, namespace: sales}, {name: own}, {name: report, namespace: sales, readOnly: true}]}}
                """);
        Policies.awaitConfined(kubernetes, namespace, "crm");
        bind("client", "oauth-token-store-client", "sales", "worker");
        await().ignoreExceptions().untilAsserted(() -> worker.tryToCreate("Secret", "first", TOKEN));
    }

    @Test
    void aClientSavesRefreshesUsesAndDeletesItsTokens() {
        assertThatNoException().isThrownBy(() -> {
            worker.create("Secret", "t", TOKEN);
            worker.patch("Secret", "t", "metadata: {annotations: {tokenstore.dev/state: confirmed}}");
            worker.patch("Secret", "t", """
                    metadata: {labels: {tokenstore.dev/access-hash: a}, annotations: {tokenstore.dev/writes: a b c d}}
                    data: {access_token: Zml4dHVyZS1zZWNyZXQ=}
                    """);
            worker.delete("Secret", "t");
        });
        assertThat(admin.exists("Secret", "t")).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{metadata: {labels: {tokenstore.dev/store: crm}}, type: Opaque} | of a type other than tokenstore.dev/oauth-token",
                "{metadata: {labels: {tokenstore.dev/store: crm}}} | of a type other than tokenstore.dev/oauth-token",
                "{metadata: {annotations: {kubernetes.io/service-account.name: default}}, type: kubernetes.io/service-account-token} | of a type other than tokenstore.dev/oauth-token",
                "{metadata: {}, type: tokenstore.dev/oauth-token} | only Secrets with the label tokenstore.dev/store",
                "{metadata: {labels: {tokenstore.dev/store: ''}}, type: tokenstore.dev/oauth-token} | only Secrets with the label tokenstore.dev/store",
                "{metadata: {labels: {tokenstore.dev/store: mail}}, type: tokenstore.dev/oauth-token} | this account is a client of store crm and may write and delete its tokens only",
                "{metadata: {labels: {tokenstore.dev/store: crm}, finalizers: [example.org/stay]}, type: tokenstore.dev/oauth-token} | may not set or remove finalizers",
                "{metadata: {labels: {tokenstore.dev/store: crm}, ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: a, uid: b}]}, type: tokenstore.dev/oauth-token} | may not set or remove owner references",
                "{metadata: {labels: {tokenstore.dev/store: crm}}, type: tokenstore.dev/oauth-token, immutable: true} | may not make a token immutable",
                "{metadata: {labels: {tokenstore.dev/store: crm}, annotations: {tokenstore.dev/keep: 'true'}}, type: tokenstore.dev/oauth-token} | tokenstore.dev/keep is for people",
            })
    void aClientCreatesTokensOnly(String secret, String sentence) {
        assertForbidden(() -> worker.create("Secret", "t", secret), sentence);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "metadata: {labels: {tokenstore.dev/store: mail}} | may not change the label tokenstore.dev/store",
                "metadata: {labels: {tokenstore.dev/store: null}} | only Secrets with the label tokenstore.dev/store",
                "metadata: {labels: null} | only Secrets with the label tokenstore.dev/store",
                "metadata: {finalizers: [example.org/stay]} | may not set or remove finalizers",
                "metadata: {ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: a, uid: b}]} | may not set or remove owner references",
                "immutable: true | may not make a token immutable",
                "metadata: {annotations: {tokenstore.dev/keep: 'false'}} | tokenstore.dev/keep is for people",
            })
    void aClientChangesNothingButTheToken(String patch, String sentence) {
        worker.create("Secret", "t", TOKEN);

        assertForbidden(() -> worker.patch("Secret", "t", patch), sentence);
    }

    @Test
    void aClientLeavesOtherSecretsAlone() {
        admin.create("Secret", "other", OTHER);
        admin.create("Secret", "unlabelled", "{metadata: {}, type: tokenstore.dev/oauth-token}");

        assertForbidden(
                () -> worker.patch("Secret", "other", "metadata: {labels: {tokenstore.dev/store: crm}}"),
                "of a type other than");
        assertForbidden(() -> worker.delete("Secret", "other"), "of a type other than");
        assertForbidden(
                () -> worker.patch("Secret", "unlabelled", "metadata: {labels: {tokenstore.dev/store: crm}}"),
                "may not change the label tokenstore.dev/store");
        assertForbidden(
                () -> worker.delete("Secret", "unlabelled"), "only Secrets with the label tokenstore.dev/store");
    }

    @Test
    void annotationsAreCountedInBytes() {
        worker.create("Secret", "t", TOKEN);
        var free = 4096 - "tokenstore.dev/statepending".length() - "note".length();

        worker.patch("Secret", "t", annotation("note", "ä".repeat(free / 2)));

        assertForbidden(
                () -> worker.patch("Secret", "t", annotation("note", "ä".repeat(free / 2 + 1))), "4096 bytes in total");
        assertForbidden(() -> worker.create("Secret", "u", """
                metadata: {labels: {tokenstore.dev/store: crm}, annotations: {note: %s}}
                type: tokenstore.dev/oauth-token
                """.formatted("a".repeat(4093))), "4096 bytes in total");
    }

    @Test
    void dataKeysAreFewAndShort() {
        var keys = IntStream.range(0, 33).mapToObj(i -> "k" + i + ": YQ==").collect(Collectors.joining(", "));
        assertForbidden(() -> worker.create("Secret", "u", """
                metadata: {labels: {tokenstore.dev/store: crm}}
                type: tokenstore.dev/oauth-token
                data: {%s}
                """.formatted(keys)), "32 data keys");
        worker.create("Secret", "t", TOKEN);
        assertForbidden(
                () -> worker.patch("Secret", "t", "data: {%s: YQ==}".formatted("k".repeat(65))), "32 data keys");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'f:data': {'f:a': {'f:b': {}}}}",
                "{'f:metadata': {'f:annotations': {'f:a': {'f:b': {}}}}}",
                "{'f:metadata': {'f:invented': {}}}",
                "{'f:spec': {'f:a': {}}}",
            })
    void managedFieldsAreNotInvented(String fields) {
        worker.create("Secret", "t", TOKEN);

        assertForbidden(() -> worker.patch("Secret", "t", """
                        metadata: {managedFields: [{manager: me, operation: Update, apiVersion: v1,
                          time: "2030-01-01T00:00:00Z", fieldsType: FieldsV1, fieldsV1: %s}]}
                        """.formatted(fields)), "metadata.managedFields");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[{}]",
                "[{manager: me, operation: Update, apiVersion: v1, fieldsType: FieldsV1, fieldsV1: {'f:data': {'.': {}}}}]"
            })
    void managedFieldsHideNoCredential(String managedFields) {
        worker.create("Secret", "t", TOKEN + "data: {access_token: YQ==, refresh_token: YQ==, other: YQ==}");

        assertForbidden(
                () -> worker.patch("Secret", "t", "metadata: {managedFields: %s}".formatted(managedFields)),
                "metadata.managedFields");
        assertThatNoException().isThrownBy(() -> {
            worker.patch("Secret", "t", "data: {access_token: Yg==, refresh_token: null}");
            worker.patch("Secret", "t", "data: {refresh_token: Yw==, grant_token: YQ==}");
        });
    }

    @ParameterizedTest
    @CsvSource({"claim,200", "writes,200", "version,64", "created-at,64", "state,16"})
    void knownAnnotationsAreBounded(String name, int most) {
        worker.create("Secret", "t", TOKEN);
        var key = "tokenstore.dev/" + name;

        worker.patch("Secret", "t", annotation(key, "a".repeat(most)));

        assertForbidden(
                () -> worker.patch("Secret", "t", annotation(key, "b".repeat(most + 1))),
                "may not write this annotation of tokenstore.dev/");
    }

    @Test
    void aClientWritesNoAnnotationThatOnlyALaterVersionKnows() {
        admin.create("Secret", "later", TOKEN.replace("state: pending", "later: a"));
        worker.create("Secret", "t", TOKEN);

        assertForbidden(
                () -> worker.patch("Secret", "t", annotation("tokenstore.dev/later", "a")),
                "may not write this annotation of tokenstore.dev/");
        assertForbidden(
                () -> worker.create("Secret", "u", TOKEN.replace("state: pending", "later: a")),
                "may not write this annotation of tokenstore.dev/");
        assertThatNoException()
                .as("one that is there hinders nobody")
                .isThrownBy(() -> worker.patch("Secret", "later", annotation("tokenstore.dev/state", "confirmed")));
    }

    /// A rule that looks at each key must not keep the API server busy.
    @Test
    @Timeout(60)
    void veryManyAnnotationsAndDataKeysAreRefusedAtOnce() {
        var keys = IntStream.range(0, 20_000).mapToObj(i -> "k" + i + ": ''").collect(Collectors.joining(", "));

        for (var part : new String[] {"annotations: {%s}}", "labels: {tokenstore.dev/store: crm}}, data: {%s}"}) {
            assertForbidden(
                    () -> worker.create(
                            "Secret",
                            "t",
                            "{metadata: {%s, type: tokenstore.dev/oauth-token}".formatted(part.formatted(keys))),
                    "token");
        }
    }

    @Test
    void labelsAreCounted() {
        var labels = IntStream.range(0, 24).mapToObj(i -> "l" + i + ": a").collect(Collectors.joining(", "));

        assertForbidden(() -> worker.create("Secret", "t", """
                metadata: {labels: {tokenstore.dev/store: crm, %s}}
                type: tokenstore.dev/oauth-token
                """.formatted(labels)), "may have at most 24 labels");
    }

    @Test
    void whatPeopleSetOnATokenStaysAndDoesNotHinderItsClient() {
        var labels = IntStream.range(0, 30).mapToObj(i -> "l" + i + ": a").collect(Collectors.joining(", "));
        admin.create("Secret", "t", """
                metadata:
                  labels: {tokenstore.dev/store: crm, %s}
                  finalizers: [example.org/stay]
                  ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: a, uid: b}]
                  annotations: {tokenstore.dev/keep: "true", backup: %s}
                type: tokenstore.dev/oauth-token
                """.formatted(labels, "a".repeat(6000)));

        worker.patch("Secret", "t", "metadata: {annotations: {tokenstore.dev/writes: a b c d}}");

        assertForbidden(
                () -> worker.patch("Secret", "t", "metadata: {annotations: {tokenstore.dev/keep: null}}"),
                "tokenstore.dev/keep is for people");
        assertForbidden(
                () -> worker.patch("Secret", "t", "metadata: {annotations: null}"),
                "tokenstore.dev/keep is for people");
        assertForbidden(
                () -> worker.patch("Secret", "t", "metadata: {finalizers: null}"), "may not set or remove finalizers");
        assertForbidden(
                () -> worker.patch("Secret", "t", "metadata: {ownerReferences: null}"),
                "may not set or remove owner references");
        assertForbidden(
                () -> worker.patch("Secret", "t", annotation("backup", "a".repeat(6001))), "4096 bytes in total");
        assertForbidden(
                () -> worker.patch("Secret", "t", "metadata: {labels: {more: a}}"), "may have at most 24 labels");
        admin.patch("Secret", "t", "metadata: {finalizers: null}");
    }

    @Test
    void anAccountOfTheStoresOwnNamespaceIsAClientWithoutNamingIt() {
        bind("own", "oauth-token-store-client", namespace, "own");
        var own = new Requests(kubernetes.clientAs(namespace, "own"), namespace);

        await().ignoreExceptions().untilAsserted(() -> own.create("Secret", "t", TOKEN));

        assertForbidden(() -> own.create("Secret", "o", OTHER), "of a type other than");
        assertForbidden(() -> own.create("Secret", "o", TOKEN.replace("crm", "mail")), "its tokens only");
    }

    @Test
    void aReaderWritesNothing() {
        bind("reader", "oauth-token-store-reader", "sales", "report");
        worker.create("Secret", "t", TOKEN);
        var report = as("report");
        await().ignoreExceptions().until(() -> report.exists("Secret", "t"));

        assertForbidden(() -> report.create("Secret", "u", TOKEN), "cannot create resource");
        assertForbidden(() -> report.patch("Secret", "t", annotation("a", "b")), "cannot patch resource");
        assertForbidden(() -> report.delete("Secret", "t"), "cannot delete resource");
    }

    @Test
    void aReaderWithRightsFromElsewhereWritesNoTokens() {
        bind("edit", Policies.EDITOR, "sales", "report");
        worker.create("Secret", "t", TOKEN);
        var report = as("report");
        await().ignoreExceptions().until(() -> report.exists("Secret", "t"));

        var sentence = "spec.access of store crm lets this account read tokens only";
        assertForbidden(() -> report.create("Secret", "u", TOKEN), sentence);
        assertForbidden(() -> report.patch("Secret", "t", annotation("a", "b")), sentence);
        assertForbidden(() -> report.delete("Secret", "t"), sentence);
    }

    @Test
    void whoHoldsTheRoleByHandIsConfinedToTokensToo() {
        bind("by-hand", "oauth-token-store-client", "sales", "temp");
        var temp = as("temp");

        await().ignoreExceptions().untilAsserted(() -> temp.create("Secret", "t", TOKEN));

        assertForbidden(() -> temp.create("Secret", "o", OTHER), "of a type other than");
    }

    @Test
    void aClientOfTwoStoresWritesToBothAndAClientOfOneToThatOne() {
        admin.create("OAuthTokenStore", "mail", """
                metadata: {}
                spec: {access: {serviceAccounts: [{name: worker, namespace: sales}, {name: mailer, namespace: sales}]}}
                """);
        bind("mailer", "oauth-token-store-client", "sales", "mailer");
        Policies.awaitConfined(kubernetes, namespace, "mail");
        var mailer = as("mailer");
        var mail = TOKEN.replace("crm", "mail");

        assertForbidden(() -> worker.create("Secret", "m", mail), "set the label tokenstore.dev/store to crm");
        for (var store : new String[] {"crm", "mail"}) {
            admin.patchStatus(
                    "OAuthTokenStore",
                    store,
                    "status: {conditions: [{type: Isolated, status: 'False', reason: SecondStore}]}");
        }

        await().ignoreExceptions().untilAsserted(() -> worker.create("Secret", "m", mail));
        await().ignoreExceptions().untilAsserted(() -> worker.create("Secret", "t", TOKEN));
        await().ignoreExceptions().untilAsserted(() -> mailer.create("Secret", "n", mail));
        var sentence = "this account is no client of store crm";
        await().untilAsserted(() -> assertForbidden(() -> mailer.tryToCreate("Secret", "u", TOKEN), sentence));
        assertForbidden(() -> mailer.patch("Secret", "t", annotation("a", "b")), sentence);
        assertForbidden(() -> mailer.delete("Secret", "t"), sentence);
        assertForbidden(
                () -> worker.patch("Secret", "m", "metadata: {labels: {tokenstore.dev/store: crm}}"),
                "may not change the label");
    }

    @Test
    void administratorsWriteAndDeleteWhatTheyWant() {
        bind("edit", Policies.EDITOR, "ci", "deployer");
        bind("all", "cluster-admin", "sales", "worker");
        var deployer = new Requests(kubernetes.clientAs("ci", "deployer"), namespace);
        await().ignoreExceptions().untilAsserted(() -> deployer.create("Secret", "other", OTHER));
        await().ignoreExceptions().untilAsserted(() -> worker.create("Secret", "more", OTHER));

        assertThatNoException().isThrownBy(() -> {
            deployer.create("Secret", "t", TOKEN);
            deployer.patch("Secret", "t", "metadata: {annotations: {tokenstore.dev/keep: 'true'}}");
            admin.delete("Secret", "t");
            deployer.create("Secret", "t", TOKEN);
            deployer.delete("Secret", "t");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"namespace-controller", "generic-garbage-collector"})
    void kubernetesOwnControllersDeleteTokens(String controller) {
        worker.create("Secret", "t", TOKEN);

        bind("edit", Policies.EDITOR, "kube-system", controller);
        var requests = new Requests(kubernetes.clientAs("kube-system", controller), namespace);

        await().ignoreExceptions().untilAsserted(() -> requests.delete("Secret", "t"));
        assertThat(admin.exists("Secret", "t")).isFalse();
    }

    @Test
    void theOperatorLearnsThatAStoreIsKnownAtAGeneration() {
        assertForbidden(
                () -> Policies.askAbout(kubernetes, namespace, "crm", "1"),
                "policy oauth-token-store-clients is in force");
        assertForbidden(
                () -> Policies.askAbout(kubernetes, namespace, "crm", "0"),
                "policy oauth-token-store-clients is in force");

        admin.patch("OAuthTokenStore", "crm", "spec: {suspend: true}");

        await().ignoreExceptions()
                .untilAsserted(() -> assertForbidden(
                        () -> Policies.askAbout(kubernetes, namespace, "crm", "2"),
                        "policy oauth-token-store-clients is in force"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"oauth-token-store-secrets", "oauth-token-store-clients"})
    void ofTwoPoliciesTheOneThatIsAskedAnswers(String policy) {
        assertForbidden(
                () -> Policies.ask(
                        kubernetes,
                        namespace,
                        Map.of(
                                "tokenstore.dev/policy",
                                policy,
                                "tokenstore.dev/store",
                                "crm",
                                "tokenstore.dev/generation",
                                "1")),
                "policy " + policy + " is in force");
    }

    @ParameterizedTest
    @CsvSource({"crm, 3", "mail, 1", "crm, ''", "crm, x", "crm, -1", "crm, 1.0", "crm, 99999999999999999999"})
    void theOperatorIsNotToldSoOfAnotherStoreALaterGenerationOrNonsense(String store, String generation) {
        assertThatNoException().isThrownBy(() -> Policies.askAbout(kubernetes, namespace, store, generation));
    }

    private static String annotation(String key, String value) {
        return "metadata: {annotations: {%s: %s}}".formatted(key, value);
    }

    private Requests as(String account) {
        return new Requests(kubernetes.clientAs("sales", account), namespace);
    }

    private void bind(String name, String role, String accountNamespace, String account) {
        admin.create("RoleBinding", name, """
                metadata: {}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %s}
                subjects: [%s]
                """.formatted(role, Policies.serviceAccount(accountNamespace, account)));
    }
}
