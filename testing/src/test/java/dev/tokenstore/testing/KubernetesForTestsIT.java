package dev.tokenstore.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.server.KubernetesClients;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class KubernetesForTestsIT {
    private static final String MAY_READ_CONFIG_MAPS = """
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata:
              name: reader
            rules:
            - apiGroups: [""]
              resources: [configmaps]
              verbs: [get, list]
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata:
              name: %1$s-reads
            roleRef:
              apiGroup: rbac.authorization.k8s.io
              kind: Role
              name: reader
            subjects:
            - kind: ServiceAccount
              name: %1$s
              namespace: %2$s
            """;

    @RegisterExtension
    static final KubernetesForTests kubernetes =
            KubernetesForTests.create().withCustomResourceDefinitions(Path.of("src/test/resources/crds"));

    @Test
    void everyNamespaceIsNew() {
        var namespaces = new HashSet<String>();
        namespaces.add(kubernetes.namespace());
        namespaces.add(kubernetes.newNamespace());
        namespaces.add(kubernetes.newNamespace());

        assertThat(namespaces).hasSize(3).allSatisfy(name -> {
            assertThat(name).startsWith("kubernetes-for-tests-it-");
            assertThat(kubernetes
                            .admin()
                            .namespaces()
                            .withName(name)
                            .get()
                            .getStatus()
                            .getPhase())
                    .isEqualTo("Active");
        });
    }

    @Test
    void anAccountMayDoNothingUntilARoleIsBoundToIt() {
        var reader = kubernetes.clientAs("reader");
        assertThatForbidden(reader);

        kubernetes.apply(MAY_READ_CONFIG_MAPS.formatted("reader", kubernetes.namespace()));

        await().ignoreExceptions().until(() -> reader.configMaps().list() != null);
    }

    @Test
    void aProcessUnderTestActsAsItsServiceAccount() {
        var kubeconfig = kubernetes.kubeconfigFor(kubernetes.namespace(), "process");
        try (var process = KubernetesClients.clientOf(KubernetesClients.configOf(kubeconfig))) {
            assertThatForbidden(process);

            kubernetes.apply(MAY_READ_CONFIG_MAPS.formatted("process", kubernetes.namespace()));

            await().ignoreExceptions().until(() -> process.configMaps().list() != null);
        }
    }

    @Test
    void kubeconfigsAreForTheirOwnerOnly() throws Exception {
        var kubeconfig = kubernetes.kubeconfigFor(kubernetes.namespace(), "owner");

        assertThat(Files.getPosixFilePermissions(kubeconfig)).asString().doesNotContain("GROUP", "OTHERS");
        assertThat(Files.getPosixFilePermissions(kubernetes.kubeconfigFile()))
                .asString()
                .doesNotContain("GROUP", "OTHERS");
    }

    @Test
    void customResourcesAreServedAndValidated() {
        var stored = kubernetes.apply("""
                apiVersion: testing.tokenstore.dev/v1
                kind: Sample
                metadata:
                  name: good
                spec:
                  size: 1
                """);

        assertThat(stored)
                .singleElement()
                .satisfies(sample ->
                        assertThat(sample.getMetadata().getNamespace()).isEqualTo(kubernetes.namespace()));
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> kubernetes.apply("""
                        apiVersion: testing.tokenstore.dev/v1
                        kind: Sample
                        metadata:
                          name: bad
                        spec:
                          size: -1
                        """))
                .satisfies(e -> assertThat(e.getCode()).isEqualTo(422));
    }

    @Test
    void clusterWideResourcesAreAppliedAsTheyAre() {
        var name = kubernetes.namespace();

        kubernetes.apply("""
                apiVersion: rbac.authorization.k8s.io/v1
                kind: ClusterRole
                metadata:
                  name: %s
                rules: []
                """.formatted(name));

        assertThat(kubernetes.admin().rbac().clusterRoles().withName(name).delete())
                .isNotEmpty();
    }

    @Test
    void adminWritesToTheNamespaceOfTheClass() {
        var configMap = new ConfigMapBuilder()
                .withNewMetadata()
                .withName("written")
                .endMetadata()
                .withData(Map.of("key", "value"))
                .build();

        var created = kubernetes.admin().configMaps().resource(configMap).create();

        assertThat(created.getMetadata().getNamespace()).isEqualTo(kubernetes.namespace());
        kubernetes.admin().resource(created).delete();
    }

    private static void assertThatForbidden(KubernetesClient client) {
        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> client.configMaps().list())
                .satisfies(e -> assertThat(e.getCode()).isEqualTo(403));
    }
}
