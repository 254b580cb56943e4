package dev.tokenstore.operator;

import static dev.tokenstore.operator.Requests.assertForbidden;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.KubernetesForTests;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// How large the policy `oauth-token-store-sizes` lets a token be, whoever writes it.
class SizePolicyIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private static final String TOO_LARGE = "at most 180224 bytes in base64";
    /// The largest data of one key `a`, in base64.
    private static final int MOST = 180_224 - 1 - 3;

    private String namespace;
    private Requests admin;
    private Requests editor;

    @BeforeAll
    static void policiesAreInForce() {
        Policies.apply(kubernetes);
        kubernetes.apply("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata: {name: sizes-test-restorer}
                rules: [{apiGroups: [""], resources: [secrets], verbs: [write-large-tokens]}]
                """);
    }

    /// With ordinary rights on Secrets, and no client of a store.
    @BeforeEach
    void anEditor() {
        namespace = kubernetes.newNamespace();
        admin = new Requests(kubernetes.admin(), namespace);
        editor = new Requests(kubernetes.clientAs("ci", "editor"), namespace);
        bind(Policies.EDITOR);
        await().ignoreExceptions()
                .untilAsserted(() ->
                        assertForbidden(() -> editor.tryToCreate("Secret", "t", token(MOST + 4)), TOO_LARGE));
    }

    @Test
    void theDataOfATokenHasALargestSize() {
        editor.create("Secret", "t", token(MOST));

        assertForbidden(() -> editor.create("Secret", "u", token(900_000)), TOO_LARGE);
        assertForbidden(() -> editor.patch("Secret", "t", "data: {b: YQ==}"), TOO_LARGE);
    }

    @Test
    void aTokenThatIsTooLargeMayBeDeletedAndChangedButNotGrow() {
        admin.create("Secret", "t", token(900_000));

        editor.patch("Secret", "t", "metadata: {annotations: {a: b}}");
        editor.patch("Secret", "t", "data: {a: %s}".formatted("YWFh".repeat(200_000)));
        assertForbidden(
                () -> editor.patch("Secret", "t", "data: {a: %s}".formatted("YWFh".repeat(200_001))), TOO_LARGE);
        editor.delete("Secret", "t");

        assertThat(admin.exists("Secret", "t")).isFalse();
    }

    /// Rules that look at each key would keep the API server busy for minutes.
    @Test
    @Timeout(60)
    void aTokenOfVeryManyDataKeysIsRefusedAtOnceAndMayBeDeleted() {
        var keys = IntStream.range(0, 20_000).mapToObj(i -> "k" + i + ": ''").collect(Collectors.joining(", "));
        var many = "{metadata: {}, type: tokenstore.dev/oauth-token, data: {%s}}".formatted(keys);

        assertForbidden(() -> editor.create("Secret", "t", many), "a token's Secret");
        assertForbidden(() -> editor.create("Secret", "t", """
                        metadata: {annotations: {%s}}
                        type: tokenstore.dev/oauth-token
                        """.formatted(keys)), "the annotations of a token's Secret");
        admin.create("Secret", "t", many);
        assertForbidden(() -> editor.patch("Secret", "t", "metadata: {annotations: {a: b}}"), "a token's Secret");
        editor.delete("Secret", "t");

        assertThat(admin.exists("Secret", "t")).isFalse();
    }

    @Test
    void whoeverRestoresTokensMayWriteLargeOnes() {
        bind("sizes-test-restorer");

        await().ignoreExceptions().untilAsserted(() -> editor.create("Secret", "t", token(900_000)));
    }

    @Test
    void secretsOfOtherTypesAreNotConcerned() {
        assertThatNoException()
                .isThrownBy(() ->
                        editor.create("Secret", "t", token(900_000).replace("tokenstore.dev/oauth-token", "Opaque")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "annotations: {note: %s} | a | 16400 | at most 16384 bytes",
                "labels: {%s} | l#: a | 33 | at most 32 labels",
                "finalizers: [%s] | example.org/f# | 17 | 16 finalizers",
                "ownerReferences: [%s] | {apiVersion: v1, kind: ConfigMap, name: a, uid: '#'} | 17 | 16 owner references",
            })
    void theMetadataOfATokenHasALargestSize(String metadata, String element, int number, String sentence) {
        var elements = element.contains("#")
                ? IntStream.range(0, number)
                        .mapToObj(i -> element.replace("#", Integer.toString(i)))
                        .collect(Collectors.joining(", "))
                : element.repeat(number);

        assertForbidden(() -> editor.create("Secret", "t", """
                        metadata: {%s}
                        type: tokenstore.dev/oauth-token
                        """.formatted(metadata.formatted(elements))), sentence);
    }

    @Test
    void dataKeysAndManagedFieldsOfATokenAreFew() {
        var keys = IntStream.range(0, 33).mapToObj(i -> "k" + i + ": YQ==").collect(Collectors.joining(", "));
        assertForbidden(
                () -> editor.create(
                        "Secret", "t", "{metadata: {}, type: tokenstore.dev/oauth-token, data: {%s}}".formatted(keys)),
                "at most 32 data keys");
        assertForbidden(() -> editor.create("Secret", "t", """
                        metadata: {managedFields: [{manager: me, operation: Update, apiVersion: v1, fieldsType: FieldsV1,
                          fieldsV1: {'f:invented': {}}}]}
                        type: tokenstore.dev/oauth-token
                        """), "metadata.managedFields of a token's Secret");
    }

    private static String token(int base64) {
        return """
                metadata: {labels: {tokenstore.dev/store: crm}}
                type: tokenstore.dev/oauth-token
                data: {a: %s}
                """.formatted("YWFh".repeat(base64 / 4));
    }

    private void bind(String role) {
        admin.create("RoleBinding", role, """
                metadata: {}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: %s}
                subjects: [%s]
                """.formatted(role, Policies.serviceAccount("ci", "editor")));
    }
}
