package dev.tokenstore.runtime.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubeconfigFileTest {
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

    @Test
    void readsTheCurrentContext() throws IOException {
        var config = KubeconfigFile.read(file(VALID), null);

        assertThat(config.getMasterUrl()).isEqualTo("https://one.example:6443/");
        assertThat(config.getNamespace()).isEqualTo("sales");
    }

    @Test
    void readsTheNamedContext() throws IOException {
        assertThat(KubeconfigFile.read(file(VALID), "second").getMasterUrl()).isEqualTo("https://two.example:6443/");
    }

    @Test
    void namesAContextThatIsMissing() throws IOException {
        var file = file(VALID);

        assertThatThrownBy(() -> KubeconfigFile.read(file, "third"))
                .isInstanceOf(KubeconfigException.class)
                .hasMessage("the kubeconfig has no context \"third\"; give --context another one");
    }

    @Test
    void namesAFileThatIsMissing() {
        var missing = folder.resolve("missing");

        assertThatThrownBy(() -> KubeconfigFile.read(missing, null))
                .isInstanceOf(KubeconfigException.class)
                .hasMessage("cannot read the kubeconfig " + missing + "; give --kubeconfig another file");
    }

    @Test
    void quotesNothingOfAMalformedFile() throws IOException {
        var file = file("users: [ fixture-secret-kubeconfig");

        assertThatThrownBy(() -> KubeconfigFile.read(file, null))
                .isInstanceOf(KubeconfigException.class)
                .hasMessage("the kubeconfig " + file + " is malformed; repair it, or use another file")
                .hasNoCause();
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("config"), text);
    }
}
