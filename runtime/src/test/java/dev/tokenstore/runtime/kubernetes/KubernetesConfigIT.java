package dev.tokenstore.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.fault.ConnectProxy;
import dev.tokenstore.testing.process.Ports;
import io.fabric8.kubernetes.api.model.authentication.SelfSubjectReview;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Proxies and credentials of kubeconfigs against a real API server, with a real proxy and real plugins.
class KubernetesConfigIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create();

    private static final Pattern SERVER = Pattern.compile("server: \"([^\"]+)\"");
    private static final Pattern TOKEN = Pattern.compile("token: \"([^\"]+)\"");

    @TempDir
    private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private final List<String> warnings = new ArrayList<>();
    private String kubeconfig = "";
    private String token = "";

    @BeforeEach
    void readKubeconfig() throws IOException {
        kubeconfig = Files.readString(kubernetes.kubeconfigFor(kubernetes.newNamespace(), "worker"));
        token = find(TOKEN);
    }

    @Test
    void goesThroughTheProxyOfTheCluster() throws IOException {
        try (var proxy = proxy(Optional.empty())) {
            kubeconfig = kubeconfig.replace("server:", "proxy-url: http://" + proxy.address() + "\n    server:");

            assertThat(whoAmI()).endsWith(":worker");
            assertThat(proxy.targets()).containsExactly(URI.create(find(SERVER)).getAuthority());
        }
    }

    @Test
    void goesThroughTheProxyOfTheEnvironment() throws IOException {
        try (var proxy = proxy(Optional.empty())) {
            environment.put("https_proxy", proxy.address());
            environment.put("NO_PROXY", "localhost, <local>, 10.0.0.0/8");
            useServer("https://kubernetes.default.svc");

            assertThat(whoAmI()).endsWith(":worker");
            assertThat(proxy.targets()).containsExactly("kubernetes.default.svc:443");
            assertThat(warnings).singleElement().asString().contains("\"<local>\" in NO_PROXY");
        }
    }

    @Test
    void namesTheProxyThatIsDown() throws IOException {
        var nowhere = "127.0.0.1:" + Ports.free();
        environment.put("HTTPS_PROXY", "http://name:word@" + nowhere);
        useServer("https://kubernetes.default.svc");

        var failure = ConnectionFailure.of(failure(), config());

        assertThat(failure).isInstanceOf(ConnectionFailure.Unreachable.class);
        assertThat(failure.message())
                .startsWith("the Kubernetes API server at kubernetes.default.svc through the proxy " + nowhere
                        + " did not answer (ConnectException");
    }

    @Test
    void namesTheProxyThatRefuses() throws IOException {
        try (var proxy = proxy(Optional.of("Basic other"))) {
            environment.put("HTTPS_PROXY", "http://" + proxy.address());
            useServer("https://kubernetes.default.svc");

            assertThat(ConnectionFailure.of(failure(), config()).message())
                    .contains("through the proxy " + proxy.address())
                    .contains("a proxy that asks for a password");
        }
    }

    @Test
    void tellsAWrongCertificateFromAnOutage() throws IOException {
        kubeconfig = kubeconfig.replaceAll("certificate-authority-data: .*", "");

        var failure = ConnectionFailure.of(failure(), config());

        assertThat(failure).isInstanceOf(ConnectionFailure.UntrustedServer.class);
        assertThat(failure.message()).contains("is not trusted").doesNotContain("did not answer");
        assertThat(ConnectionFailure.mayPass(failure())).isFalse();
    }

    @Test
    void getsItsTokenFromAPluginWithoutAShell() throws IOException {
        var plugin = plugin("""
                #!/bin/sh
                echo "a warning with %s" >&2
                echo run >> "$0.runs"
                printf '%%s\\n' "$@" > "$0.arguments"
                printf '%%s' "$KUBERNETES_EXEC_INFO" > "$0.info"
                echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",'
                echo '"status":{"token":"%s","expirationTimestamp":"'$EXPIRY'"}}'
                """.formatted(token, token));
        useExec("""
                command: ./%s
                args: ['a;touch${IFS}./owned', '$HOME']
                env: [{name: EXPIRY, value: '%s'}]
                apiVersion: client.authentication.k8s.io/v1
                provideClusterInfo: true
                """.formatted(plugin.getFileName(), Instant.now().plusSeconds(3600)));
        var config = config();

        assertThat(whoAmI(config)).endsWith(":worker");
        assertThat(whoAmI(config)).endsWith(":worker");

        assertThat(folder.resolve("plugin.arguments")).hasContent("a;touch${IFS}./owned\n$HOME\n");
        assertThat(folder.resolve("plugin.runs"))
                .as("a token is kept until it expires")
                .hasContent("run\n");
        assertThat(folder.resolve("plugin.info"))
                .content()
                .contains("\"interactive\":false", "\"server\":\"" + find(SERVER), "certificate-authority-data");
    }

    @Test
    void renewsATokenThatHasExpired() throws IOException {
        plugin("""
                #!/bin/sh
                echo run >> "$0.runs"
                echo '{"kind":"ExecCredential","status":{"token":"%s","expirationTimestamp":"2020-01-01T00:00:00Z"}}'
                """.formatted(token));
        useExec("command: ./plugin\n");
        var config = config();

        assertThat(whoAmI(config)).endsWith(":worker");
        assertThat(folder.resolve("plugin.runs")).content().hasLineCount(2);

        Files.delete(folder.resolve("plugin"));
        assertThat(ConnectionFailure.of(failure(config), config))
                .isInstanceOf(ConnectionFailure.NoCredential.class)
                .extracting(ConnectionFailure::message)
                .asString()
                .contains("the credential plugin \"./plugin\" of user \"test\"", "cannot be started");
    }

    @Test
    void namesAPluginThatIsMissingWithItsHint() throws IOException {
        useExec("command: no-such-plugin\ninstallHint: Install it with your package manager.\n");

        assertThatThrownBy(this::config)
                .isInstanceOf(KubeconfigException.class)
                .hasMessageContaining("the credential plugin \"no-such-plugin\" of user \"test\"")
                .hasMessageEndingWith("install it, or put it on the PATH: Install it with your package manager.");
    }

    @Test
    void quotesNothingOfWhatAPluginPrints() throws IOException {
        for (var script : List.of("echo " + token + "; exit 3", "echo '" + token + "'", "echo '{\"status\": {}}'")) {
            plugin("#!/bin/sh\n" + script + "\n");
            useExec("command: ./plugin\n");

            assertThatThrownBy(this::config)
                    .as(script)
                    .isInstanceOf(KubeconfigException.class)
                    .hasMessageContaining("the credential plugin \"./plugin\"")
                    .hasNoCause()
                    .message()
                    .doesNotContain(token);
        }
    }

    private void useServer(String url) {
        kubeconfig = SERVER.matcher(kubeconfig).replaceFirst("server: \"" + url + "\"");
    }

    private void useExec(String exec) {
        kubeconfig = TOKEN.matcher(kubeconfig)
                .replaceFirst("exec:\n" + exec.indent(6).replace("$", "\\$"));
    }

    private Path plugin(String script) throws IOException {
        var file = Files.writeString(folder.resolve("plugin"), script);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    private ConnectProxy proxy(Optional<String> credentials) throws IOException {
        return new ConnectProxy(URI.create(find(SERVER)).getPort(), credentials);
    }

    private String find(Pattern pattern) {
        return pattern.matcher(kubeconfig).results().findFirst().orElseThrow().group(1);
    }

    private Config config() throws IOException {
        var file = Files.writeString(folder.resolve("config"), kubeconfig);
        environment.put("PATH", "/usr/bin:/bin");
        return new KubernetesConfig(environment, folder, folder, warnings::add).read(file, null);
    }

    private String whoAmI() throws IOException {
        return whoAmI(config());
    }

    private static String whoAmI(Config config) {
        var once = new ConfigBuilder(config).withRequestRetryBackoffLimit(0).build();
        try (var client = new KubernetesClientBuilder()
                .withConfig(once)
                .withHttpClientFactory(new JdkHttpClientFactory())
                .build()) {
            return client.authentication()
                    .v1()
                    .selfSubjectReviews()
                    .create(new SelfSubjectReview())
                    .getStatus()
                    .getUserInfo()
                    .getUsername();
        }
    }

    private KubernetesClientException failure() throws IOException {
        return failure(config());
    }

    private static KubernetesClientException failure(Config config) {
        try {
            throw new AssertionError("it works, as " + whoAmI(config));
        } catch (KubernetesClientException e) {
            return e;
        }
    }
}
