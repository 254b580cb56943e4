package dev.tokenstore.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenstore.store.StoreSettings;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SidecarConfigTest {
    private static final Map<String, String> POD = Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1");

    @Test
    void servesAStoreOnLoopbackWithProbesForTheKubelet() {
        var config = config(POD, "--store", "crm-tokens/crm");

        assertThat(config.backend())
                .isEqualTo(new SidecarConfig.Kubernetes(
                        "crm", Optional.of("crm-tokens"), Optional.empty(), Duration.ofMinutes(5)));
        assertThat(config.tcp()).contains(new InetSocketAddress("127.0.0.1", 50051));
        assertThat(config.socket()).isEmpty();
        assertThat(config.metrics()).contains(new InetSocketAddress("0.0.0.0", 9464));
        assertThat(config.drainTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.limits().maxMessageBytes()).isEqualTo(1024 * 1024);
        assertThat(config.limits().maxConcurrentCalls()).isEqualTo(256);
        assertThat(config.limits().defaultDeadline()).isEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void keepsTheProbesToItselfOutsideOfPods() {
        assertThat(config("--store", "crm").metrics()).contains(new InetSocketAddress("127.0.0.1", 9464));
    }

    @Test
    void servesHealthForKubeletsWhereItIsToldTo() {
        assertThat(config(POD, "--store", "crm").health()).isEmpty();
        assertThat(config(POD, "--store", "crm", "--health", "0.0.0.0:9465").health())
                .contains(new InetSocketAddress("0.0.0.0", 9465));
    }

    @Test
    void takesTheNamespaceOfAStoreNamedWithoutOne() {
        var kubernetes =
                (SidecarConfig.Kubernetes) config("--store", "crm", "--namespace", "sales", "--kubeconfig", "k")
                        .backend();

        assertThat(kubernetes.namespace()).contains("sales");
        assertThat(kubernetes.kubeconfig()).contains(Path.of("k"));
    }

    @Test
    void servesAFileOnAPrivateSocketAlone(@TempDir Path directory) {
        var config = config("--embedded", directory.toString());

        assertThat(config.backend()).isEqualTo(embedded(directory.resolve("tokens.db")));
        assertThat(config.socket()).contains(new SidecarConfig.UnixSocket(directory.resolve("tokenstore.sock"), 0600));
        assertThat(config.tcp()).isEmpty();
        assertThat(config.metrics()).isEmpty();
    }

    @Test
    void keepsTokensInMemoryOnASocketInTheUsersRuntimeDirectory() {
        var config = config(Map.of("XDG_RUNTIME_DIR", "/run/user/1000"), "--embedded", "memory", "--max-tokens", "3");

        assertThat(config.backend())
                .isEqualTo(new SidecarConfig.Memory(
                        new StoreSettings(StoreSettings.KEEP_EVERYTHING.retention(), Optional.of(3))));
        assertThat(config.socket())
                .contains(new SidecarConfig.UnixSocket(
                        Path.of("/run/user/1000/oauth-token-store/tokenstore.sock"), 0600, true));
        assertThat(config.tcp()).isEmpty();
        assertThat(config.metrics()).isEmpty();
        assertThat(config("--embedded", "memory").socket().orElseThrow().path())
                .isEqualTo(Path.of(
                        System.getProperty("java.io.tmpdir"),
                        "oauth-token-store-" + System.getProperty("user.name"),
                        "tokenstore.sock"));
    }

    @Test
    void tellsAFileFromADirectory(@TempDir Path directory) throws Exception {
        var file = Files.createFile(directory.resolve("mine"));

        assertThat(config("--embedded", file.toString()).backend()).isEqualTo(embedded(file));
        assertThat(config("--embedded", directory + "/new.db").backend())
                .isEqualTo(embedded(directory.resolve("new.db")));
        assertThat(config("--embedded", directory + "/new").backend())
                .isEqualTo(embedded(directory.resolve("new/tokens.db")));
    }

    @Test
    void givesOthersAccessToASocketInAPod() {
        assertThat(config(POD, "--store", "crm", "--socket", "/run/tokens/s", "--tcp", "off")
                        .socket())
                .contains(new SidecarConfig.UnixSocket(Path.of("/run/tokens/s"), 0666));
    }

    @Test
    void prefersAFlagToAVariable() {
        var environment = Map.of(
                "TOKENSTORE_STORE",
                "crm",
                "TOKENSTORE_DRAIN_TIMEOUT",
                "3s",
                "TOKENSTORE_TCP",
                "7",
                "TOKENSTORE_SOCKET",
                "");

        var config = config(environment, "--drain-timeout=2m");

        assertThat(config.drainTimeout()).isEqualTo(Duration.ofMinutes(2));
        assertThat(config.tcp()).contains(new InetSocketAddress("127.0.0.1", 7));
        assertThat(config.socket()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"7, 127.0.0.1, 7", "127.0.0.2:8, 127.0.0.2, 8", "[::1]:9, ::1, 9"})
    void readsAddresses(String text, String host, int port) {
        assertThat(config("--store", "crm", "--tcp", text).tcp()).contains(new InetSocketAddress(host, port));
    }

    @Test
    void takesTcpAloneForTheUsualAddress() {
        assertThat(config("--embedded", "somewhere", "--tcp").tcp())
                .contains(new InetSocketAddress("127.0.0.1", 50051));
    }

    @ParameterizedTest
    @CsvSource({"0.0.0.0:50051", "[::]:50051", "192.0.2.1:50051"})
    void refusesAnAddressThatOthersCanReachUnlessToldTo(String address) {
        assertThatThrownBy(() -> config("--store", "crm", "--tcp", address))
                .hasMessageContaining("--tcp")
                .hasMessageContaining(address)
                .hasMessageContaining("no authentication");

        assertThat(config("--store", "crm", "--tcp", address, "--allow-remote-connections-without-authentication")
                        .tcp())
                .isPresent();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--store=Crm | NAMESPACE/NAME",
                "--store=a/b/c | NAMESPACE/NAME",
                "--store=/crm | namespace",
                "--namespace=no_good | namespace",
                "--tcp=localhost | PORT",
                "--tcp=127.0.0.1:70000 | PORT",
                "--tcp=no.such.host.invalid:1 | no such host",
                "--socket-mode=0999 | octal",
                "--metrics=x | PORT",
                "--health=9465:x | PORT",
                "--max-message-bytes=1 | at least 1024",
                "--max-message-bytes=4Mi | whole number",
                "--max-concurrent-calls=0 | at least 1",
                "--default-deadline=0s | more than zero",
                "--drain-timeout=10 | unit",
                "--log-format=xml | text or json",
                "--log-level=trace | debug",
                "--allow-remote-connections-without-authentication=yes | true or false",
            })
    void namesASettingThatIsMalformedItsValueAndWhatIsAccepted(String argument, String advice) {
        var flag = argument.substring(0, argument.indexOf('='));
        var value = argument.substring(argument.indexOf('=') + 1);
        var variable = "TOKENSTORE_"
                + flag.substring(2).toUpperCase(java.util.Locale.ROOT).replace('-', '_');
        var byVariable = new HashMap<>(Map.of("TOKENSTORE_STORE", "crm"));
        byVariable.put(variable, value);

        assertThatThrownBy(() -> config(Map.of("TOKENSTORE_STORE", "crm"), argument))
                .hasMessageStartingWith(flag + " is malformed: \"" + value + "\"")
                .hasMessageContaining(advice);
        assertThatThrownBy(() -> config(byVariable))
                .hasMessageStartingWith(variable + " is malformed: \"" + value + "\"");
    }

    @Test
    void asksForOneStoreAndOneOnly() {
        assertThatThrownBy(() -> config()).hasMessageContaining("--store").hasMessageContaining("--embedded");
        assertThatThrownBy(() -> config(Map.of("TOKENSTORE_STORE", "crm"), "--embedded", "x"))
                .hasMessageContaining("TOKENSTORE_STORE")
                .hasMessageContaining("--embedded");
        assertThatThrownBy(() -> config("--embedded", "x", "--kubeconfig", "y")).hasMessageContaining("--kubeconfig");
    }

    @Test
    void refusesToServeNowhere() {
        assertThatThrownBy(() -> config("--store", "crm", "--tcp", "off"))
                .hasMessageContaining("--tcp")
                .hasMessageContaining("--socket");
    }

    private static SidecarConfig.Embedded embedded(Path file) {
        return new SidecarConfig.Embedded(file, StoreSettings.KEEP_EVERYTHING);
    }

    private static SidecarConfig config(String... arguments) {
        return config(Map.of(), arguments);
    }

    private static SidecarConfig config(Map<String, String> environment, String... arguments) {
        return CommandLineUnderTest.config(environment, arguments);
    }
}
