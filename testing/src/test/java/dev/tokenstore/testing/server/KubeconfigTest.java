package dev.tokenstore.testing.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.Config;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class KubeconfigTest {
    private static final Kubeconfig KUBECONFIG =
            new Kubeconfig("https://127.0.0.1:6443", Optional.of("Q0E="), false, "fixture-token", "space");

    @Test
    void saysWhereAndAsWhom() {
        var config = Config.fromKubeconfig(KUBECONFIG.toYaml());

        assertThat(config.getMasterUrl()).startsWith("https://127.0.0.1:6443");
        assertThat(config.getCaCertData()).isEqualTo("Q0E=");
        assertThat(config.isTrustCerts()).isFalse();
        assertThat(config.getAutoOAuthToken()).isEqualTo("fixture-token");
        assertThat(config.getNamespace()).isEqualTo("space");
    }

    @Test
    void doesNotPrintItsToken() {
        assertThat(KUBECONFIG).asString().doesNotContain("fixture-token");
    }
}
