package dev.tokenstore.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.fault.FaultProxy;
import dev.tokenstore.testing.process.Ports;
import dev.tokenstore.testing.product.OperatorProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// The operator's start with proxies and credential plugins that fail, and its log while connections break.
class OperatorStartIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    @TempDir
    private Path folder;

    @Test
    void startsWithProxySettingsThatItDoesNotUnderstand() {
        var environment = Map.of("HTTPS_PROXY", "http://127.0.0.1:9", "NO_PROXY", "localhost, 127.0.0.1, <local>");
        try (var operator = start(kubernetes.kubeconfigFile(), environment)) {
            operator.awaitStarted();

            assertThat(operator.log())
                    .containsOnlyOnce("ignored: \"<local>\" in NO_PROXY")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void namesTheProxyThatIsDown() throws IOException {
        var proxy = "127.0.0.1:" + Ports.free();
        var kubeconfig = kubeconfig("server: .*", "server: https://kubernetes.default.svc");
        try (var operator = start(kubeconfig, Map.of("HTTPS_PROXY", "http://name:word@" + proxy))) {
            assertThat(operator.exitCode()).isEqualTo(1);

            assertThat(operator.log())
                    .contains("could not start: the Kubernetes API server at kubernetes.default.svc through the proxy "
                            + proxy + " did not answer")
                    .doesNotContain("name:word")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void logsNoStackTraceWhileItsWatchesBreak() throws IOException {
        try (var faults = new FaultProxy(kubernetes.config());
                var operator = start(through(faults), Map.of())) {
            operator.awaitStarted();

            for (var broken = 0; broken < 20; broken += faults.closeStreams()) {
                assertThat(operator.isAlive()).isTrue();
            }
            await().atMost(Duration.ofMinutes(1)).until(() -> faults.closeStreams() > 0);

            assertThat(operator.log()).doesNotContain("\tat ");
        }
    }

    @Test
    void namesThePluginThatIsMissing() throws IOException {
        var kubeconfig = kubeconfig("token: .*", "exec: {command: no-such-plugin}");
        try (var operator = start(kubeconfig, Map.of())) {
            assertThat(operator.exitCode()).isEqualTo(1);

            assertThat(operator.log())
                    .contains("the credential plugin \"no-such-plugin\" of user", "install it, or put it on the PATH")
                    .doesNotContain("\tat ");
        }
    }

    private Path through(FaultProxy proxy) throws IOException {
        var text = Files.readString(kubernetes.kubeconfigFile()).replaceAll("server: .*", "server: " + proxy.url());
        return Files.writeString(folder.resolve("kubeconfig"), text);
    }

    private Path kubeconfig(String part, String replacement) throws IOException {
        var text = Files.readString(kubernetes.kubeconfigFor(kubernetes.newNamespace(), "operator"))
                .replaceAll(part, replacement);
        return Files.writeString(folder.resolve("kubeconfig"), text);
    }

    private OperatorProcess start(Path kubeconfig, Map<String, String> environment) {
        return OperatorProcess.start(
                List.of("-Xmx128m"), List.of("--no-leader-election"), kubeconfig, environment, folder);
    }
}
