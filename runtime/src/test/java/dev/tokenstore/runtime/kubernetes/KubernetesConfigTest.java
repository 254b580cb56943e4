package dev.tokenstore.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.Config;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KubernetesConfigTest {
    private static final String SECRET = "fixture-secret-kubeconfig";
    private static final String VALID = """
            apiVersion: v1
            kind: Config
            clusters:
            - {name: one, cluster: {server: "https://one.example:6443"}}
            - {name: two, cluster: {server: "https://two.example:6443"}}
            users:
            - {name: user, user: {token: fixture-secret-kubeconfig}}
            contexts:
            - {name: first, context: {cluster: one, user: user, namespace: sales}}
            - {name: second, context: {cluster: two, user: user}}
            current-context: first
            """;

    @TempDir
    private Path folder;

    private final Map<String, String> environment = new HashMap<>();
    private final List<String> warnings = new ArrayList<>();

    @Test
    void readsTheCurrentContext() throws IOException {
        var config = read(file(VALID), null);

        assertThat(config.getMasterUrl()).isEqualTo("https://one.example:6443/");
        assertThat(config.getNamespace()).isEqualTo("sales");
        assertThat(config.getOauthToken()).isEqualTo(SECRET);
    }

    @Test
    void readsTheNamedContext() throws IOException {
        assertThat(read(file(VALID), "second").getMasterUrl()).isEqualTo("https://two.example:6443/");
    }

    @Test
    void readsFilesOfWindows() throws IOException {
        assertThat(read(file("\uFEFF" + VALID.replace("\n", "\r\n")), null).getNamespace())
                .isEqualTo("sales");
    }

    @Test
    void namesAContextThatIsMissing() throws IOException {
        var file = file(VALID);

        assertThatThrownBy(() -> read(file, "third"))
                .isInstanceOf(KubeconfigException.class)
                .hasMessage("the kubeconfig " + file
                        + " has no context \"third\"; choose another one of kubectl config get-contexts");
    }

    @Test
    void namesAFileThatIsMissing() {
        var missing = folder.resolve("missing");

        assertThatThrownBy(() -> read(missing, null))
                .isInstanceOf(KubeconfigException.class)
                .hasMessage("cannot read the kubeconfig " + missing + "; make it readable, or name another file");
    }

    @Test
    void quotesNothingOfAMalformedFile() throws IOException {
        var file = file("users: [ " + SECRET);

        assertThatThrownBy(() -> read(file, null))
                .isInstanceOf(KubeconfigException.class)
                .hasMessage("the kubeconfig " + file + " is malformed; repair it, or use another file")
                .hasNoCause();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "current-context: first | current-context: '' | has no current context",
                "current-context: first | current-context: gone | has no context \"gone\", which is its current one",
                "cluster: one, | cluster: gone, | has no usable cluster \"gone\", which its context \"first\" names",
                "user: user, namespace | user: gone, namespace | has no usable user \"gone\"",
                "server: \"https://one.example:6443\" | server: '' | has no usable cluster \"one\"",
                "one.example:6443\" | one.example\", tls-server-name: other.example | sets tls-server-name",
                "one.example:6443\" | one.example\", proxy-url: \"socks5://p.example:1\" | sets a proxy-url that is not",
                "one.example:6443\" | one.example\", proxy-url: \"https://p.example\" | sets a proxy-url that is not",
                "one.example:6443\" | one.example\", certificate-authority: gone.pem | check the CA",
                "one.example:6443\" | one.example\", certificate-authority-data: '%%' | check the CA",
                "token: fixture-secret-kubeconfig | tokenFile: gone | the tokenFile of user \"user\"",
                "token: fixture-secret-kubeconfig | auth-provider: {name: gcp} | sets auth-provider gcp",
                "token: fixture-secret-kubeconfig | token: t, as: a, as-uid: u | sets as-uid",
                "token: fixture-secret-kubeconfig | client-certificate: gone, client-key: gone | client certificate",
                "token: fixture-secret-kubeconfig | exec: {command: ''} | has no command",
            })
    void refusesWhatItCannotHonour(String part, String replacement, String expected) throws IOException {
        var file = file(VALID.replace(part, replacement));

        assertThatThrownBy(() -> read(file, null))
                .isInstanceOf(KubeconfigException.class)
                .hasMessageContaining(expected.replace("check the CA", "certificate authority of the API server"))
                .message()
                .doesNotContain(SECRET);
    }

    @Test
    void mergesTheFilesOfTheEnvironmentAsKubectlDoes() throws IOException {
        var users = write("users/config", "users: [{name: user, user: {tokenFile: token}}]");
        write("users/token", SECRET + "\n");
        var others = file(VALID);
        environment.put(
                "KUBECONFIG", String.join(File.pathSeparator, users.toString(), "/no/such/file", others.toString()));

        var config = read(null, null);

        assertThat(config.getMasterUrl()).isEqualTo("https://one.example:6443/");
        assertThat(config.getOauthTokenProvider().getToken())
                .as("the first file counts, and paths start from its folder")
                .isEqualTo(SECRET);
    }

    @Test
    void readsTheFileInTheHomeDirectory() throws IOException {
        write(".kube/config", VALID);

        assertThat(read(null, null).getNamespace()).isEqualTo("sales");
    }

    @Test
    void usesThePodsServiceAccountWithoutAKubeconfig() throws IOException {
        environment.putAll(Map.of("KUBERNETES_SERVICE_HOST", "fd00::1", "KUBERNETES_SERVICE_PORT", "443"));
        write("account/token", SECRET);
        write("account/namespace", "sales");

        var config = read(null, null);

        assertThat(config.getMasterUrl()).isEqualTo("https://[fd00::1]:443/");
        assertThat(config.getNamespace()).isEqualTo("sales");
        assertThat(config.getOauthTokenProvider().getToken()).isEqualTo(SECRET);
    }

    @Test
    void namesATokenThatIsNotMounted() {
        environment.putAll(Map.of("KUBERNETES_SERVICE_HOST", "10.0.0.1", "KUBERNETES_SERVICE_PORT", "443"));

        assertThatThrownBy(() -> read(null, null))
                .isInstanceOf(KubeconfigException.class)
                .hasMessageStartingWith("the token of the pod's service account cannot be read");
    }

    @Test
    void saysThatThereIsNoConfiguration() {
        assertThatThrownBy(() -> read(null, null))
                .isInstanceOf(KubeconfigException.class)
                .hasMessageContaining("there is no kubeconfig ($KUBECONFIG, or " + folder)
                .hasMessageContaining("this is no pod");
    }

    @Test
    void impersonatesWhomTheKubeconfigNames() throws IOException {
        var config = read(
                file(VALID.replace("{token:", "{as: jane, as-groups: [one, two], as-user-extra: {k: [v]}, token:")),
                null);

        assertThat(config.getImpersonateUsername()).isEqualTo("jane");
        assertThat(config.getImpersonateGroups()).containsExactly("one", "two");
        assertThat(config.getImpersonateExtras()).containsEntry("k", List.of("v"));
    }

    @Test
    void prefersTheClustersProxyToTheEnvironments() throws IOException {
        environment.putAll(Map.of("HTTPS_PROXY", "http://env.example:1", "NO_PROXY", "*"));

        var config = read(
                file(VALID.replace("one.example:6443\"", "one.example\", proxy-url: \"http://p.example:3128\"")), null);

        assertThat(config.getHttpsProxy()).isEqualTo("http://p.example:3128");
    }

    @Test
    void usesTheEnvironmentsProxyForANamedFileToo() throws IOException {
        environment.put("https_proxy", "http://env.example:1");

        assertThat(read(file(VALID), null).getHttpsProxy()).isEqualTo("http://env.example:1");
        assertThat(warnings).isEmpty();
    }

    private Config read(@Nullable Path file, @Nullable String context) {
        return new KubernetesConfig(environment, folder, folder.resolve("account"), warnings::add).read(file, context);
    }

    private Path file(String text) throws IOException {
        return write("config", text);
    }

    private Path write(String name, String text) throws IOException {
        var file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, text);
    }
}
