package dev.tokenstore.testing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestEnvironmentTest {
    @TempDir
    Path home;

    @Test
    void ignoresTheCurrentContextOfTheUser() throws IOException {
        var current = Files.writeString(home.resolve("config"), "apiVersion: v1");

        var environment = TestEnvironment.of(Map.of("KUBECONFIG", current.toString()), home);

        assertThat(environment.kubeconfig()).isEmpty();
    }

    @Test
    void usesTheKubeconfigThatIsNamedForTests() throws IOException {
        var named = Files.writeString(home.resolve("config"), "apiVersion: v1");

        var environment = TestEnvironment.of(Map.of(TestEnvironment.KUBECONFIG, named.toString()), home);

        assertThat(environment.kubeconfig()).contains(named);
    }

    @Test
    void namesTheVariableWhoseFileIsMissing() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TestEnvironment.of(Map.of(TestEnvironment.KUBECONFIG, "/no/such/file"), home))
                .withMessageContaining("TOKENSTORE_TEST_KUBECONFIG")
                .withMessageContaining("/no/such/file");
    }

    @Test
    void cachesWhereTheUserWantsCaches() {
        assertThat(TestEnvironment.of(Map.of(), home).cache()).isEqualTo(home.resolve(".cache/oauth-token-store"));
        assertThat(TestEnvironment.of(Map.of("XDG_CACHE_HOME", "/caches"), home).cache())
                .isEqualTo(Path.of("/caches/oauth-token-store"));
    }

    @Test
    void aNodeIsRequiredInContinuousIntegrationOnly() {
        assertThat(TestEnvironment.of(Map.of("CI", "true"), home).nodeRequired())
                .isTrue();
        assertThat(TestEnvironment.of(Map.of("CI", "false"), home).nodeRequired())
                .isFalse();
        assertThat(TestEnvironment.of(Map.of(), home).nodeRequired()).isFalse();
    }
}
