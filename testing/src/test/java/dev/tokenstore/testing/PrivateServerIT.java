package dev.tokenstore.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.tokenstore.testing.server.KubernetesClients;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PrivateServerIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create()
            .withPrivateServer()
            .withCustomResourceDefinitions(Path.of("src/test/resources/crds"));

    @Test
    void aRestartKeepsPortAndData() {
        var kept = kubernetes.apply("""
                apiVersion: testing.tokenstore.dev/v1
                kind: Sample
                metadata:
                  name: kept
                """);
        try (var client = KubernetesClients.impatient(kubernetes.config())) {
            kubernetes.server().stopApiServer();
            assertThatExceptionOfType(KubernetesClientException.class)
                    .isThrownBy(() -> client.secrets().list());

            kubernetes.server().startApiServer();
            assertThat(client.resourceList(kept).get()).isEqualTo(kept);
        }
    }

    @Test
    void etcdIsReachableForItsOwnerOnly() throws IOException {
        var folder = kubernetes.server().kubeconfigFile().resolveSibling("");

        assertThat(Files.getPosixFilePermissions(folder)).asString().doesNotContain("GROUP", "OTHERS");
        assertThat(folder.resolve("etcd.sock")).exists();
    }
}
