package dev.tokenstore.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.fault.ConnectProxy;
import dev.tokenstore.testing.product.TestStore;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// The program serving a store of a cluster, also one that it cannot use yet.
class SidecarInClusterIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private static final Duration READY_WITHIN = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private String namespace;

    @BeforeEach
    void freshNamespace() {
        namespace = kubernetes.newNamespace();
    }

    @Test
    void becomesReadyByItselfOnceTheStoreIsThere() throws Exception {
        try (var sidecar = start(kubernetes.kubeconfigFile())) {
            await().until(() -> sidecar.get("/readyz").contains("there is no OAuthTokenStore crm"));
            assertThat(sidecar.get("/livez")).isEqualTo("ok\n");
            assertThatThrownBy(sidecar::save)
                    .hasMessageStartingWith("FAILED_PRECONDITION: there is no OAuthTokenStore");

            TestStore.in(kubernetes, namespace, "crm").apply("{}");

            await().atMost(READY_WITHIN).until(() -> sidecar.get("/readyz").equals("ok\n"));
            sidecar.save();
            assertThat(sidecar.foundAccessToken()).isEqualTo(CalledSidecar.SECRET);
            sidecar.terminate();
            assertThat(sidecar.exitCode()).isZero();
            assertThat(sidecar.err())
                    .containsOnlyOnce("not ready")
                    .contains("all calls had finished")
                    .doesNotContain("ERROR")
                    .doesNotContain(CalledSidecar.SECRET);
        }
    }

    @Test
    void staysAliveAndSaysSoWithoutRights() {
        try (var sidecar = start(kubernetes.kubeconfigFor(namespace, "worker"))) {
            await().until(() -> sidecar.err().contains("reason=\"STORE_NOT_ACCESSIBLE\""));

            assertThatThrownBy(sidecar::save).hasMessageStartingWith("PERMISSION_DENIED");
            assertThat(sidecar.get("/livez")).isEqualTo("ok\n");
        }
    }

    @Test
    void staysAliveAndSaysSoWhileTheApiServerDoesNotAnswer() throws IOException {
        var elsewhere = Files.readString(kubernetes.kubeconfigFile()).replaceAll("(server:.*):[0-9]+", "$1:1");
        try (var sidecar = start(Files.writeString(directory.resolve("kubeconfig"), elsewhere))) {
            await().until(() -> sidecar.err().contains("reason=\"API_SERVER_UNAVAILABLE\""));

            assertThat(sidecar.err())
                    .as("it says where it asked and what went wrong")
                    .containsPattern(
                            "store .* cannot be reached: the Kubernetes API server at [^ ]+:1 did not answer \\([A-Za-z]+Exception");
            assertThatThrownBy(sidecar::save).hasMessageStartingWith("UNAVAILABLE");
            assertThat(sidecar.get("/livez")).isEqualTo("ok\n");
        }
    }

    @Test
    void ignoresProxySettingsThatItDoesNotUnderstand() throws IOException {
        TestStore.in(kubernetes, namespace, "crm").apply("{}");
        var environment = Map.of("HTTPS_PROXY", "http://127.0.0.1:9", "NO_PROXY", "<local>, localhost, 127.0.0.1");
        try (var sidecar = start(kubernetes.kubeconfigFile(), environment)) {
            await().atMost(READY_WITHIN).until(() -> sidecar.get("/readyz").equals("ok\n"));

            sidecar.save();
            assertThat(sidecar.err())
                    .containsOnlyOnce("ignored: \"<local>\" in NO_PROXY")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void servesThroughAProxyThatAsksForAPassword() throws IOException {
        TestStore.in(kubernetes, namespace, "crm").apply("{}");
        var text = Files.readString(kubernetes.kubeconfigFile());
        var port = URI.create(kubernetes.config().getMasterUrl()).getPort();
        var elsewhere = text.replaceAll("(server:).*", "$1 https://kubernetes.default.svc");
        var kubeconfig = Files.writeString(directory.resolve("kubeconfig"), elsewhere);
        try (var proxy = new ConnectProxy(port, Optional.of("Basic bmFtZTp3b3Jk"));
                var sidecar = start(kubeconfig, Map.of("HTTPS_PROXY", "http://name:word@" + proxy.address()))) {
            await().atMost(READY_WITHIN).until(() -> sidecar.get("/readyz").equals("ok\n"));

            sidecar.save();
            assertThat(proxy.targets()).contains("kubernetes.default.svc:443");
            assertThat(sidecar.err()).doesNotContain("name:word").doesNotContain("bmFtZTp3b3Jk");
        }
    }

    @Test
    void saysThatTheCertificateIsNotTrusted() throws IOException {
        var text = Files.readString(kubernetes.kubeconfigFile()).replaceAll("certificate-authority-data:.*", "");
        try (var sidecar = start(Files.writeString(directory.resolve("kubeconfig"), text))) {
            await().until(() -> sidecar.err().contains("is not trusted"));

            assertThat(sidecar.err()).doesNotContain("did not answer");
            assertThatThrownBy(sidecar::save).hasMessageContaining("check certificate-authority");
        }
    }

    private CalledSidecar start(Path kubeconfig) {
        return start(kubeconfig, Map.of());
    }

    private CalledSidecar start(Path kubeconfig, Map<String, String> environment) {
        return CalledSidecar.start(
                        directory,
                        environment,
                        "--store",
                        namespace + "/crm",
                        "--kubeconfig",
                        kubeconfig.toString(),
                        "--tcp",
                        "0",
                        "--metrics",
                        "0")
                .awaitServing();
    }
}
