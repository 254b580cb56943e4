package dev.tokenstore.system;

import com.marcnuri.helm.Helm;
import java.nio.file.Path;
import java.util.Map;

/// The chart, installed in a cluster as its administrator would.
record ChartRelease(Path kubeconfig) {
    private static final Path CHART = Path.of("../charts/oauth-token-store");
    private static final String NAME = "oauth-token-store";
    private static final int LIMIT_SECONDS = 120;

    /// The namespace of the operator.
    static final String NAMESPACE = "oauth-token-store";

    /// Installs it with local images; returns when the operator's pods are ready.
    void install() {
        new Helm(CHART)
                .install()
                .withName(NAME)
                .withNamespace(NAMESPACE)
                .createNamespace()
                .withKubeConfig(kubeconfig)
                .set("operator.image.pullPolicy", "Never")
                .set("sidecar.image.pullPolicy", "Never")
                .waitReady()
                .withTimeout(LIMIT_SECONDS)
                .call();
    }

    /// Upgrades it to other values; returns when the operator's pods are ready.
    ///
    /// @param values by their paths, beside those of [#install()]
    void upgrade(Map<String, String> values) {
        var command = new Helm(CHART)
                .upgrade()
                .withName(NAME)
                .withNamespace(NAMESPACE)
                .withKubeConfig(kubeconfig)
                .set("operator.image.pullPolicy", "Never")
                .set("sidecar.image.pullPolicy", "Never")
                .waitReady()
                .withTimeout(LIMIT_SECONDS);
        values.forEach(command::set);
        command.call();
    }

    /// Runs `helm test`.
    ///
    /// @throws IllegalStateException with Helm's message, if the test fails
    void test() {
        Helm.test(NAME)
                .withNamespace(NAMESPACE)
                .withKubeConfig(kubeconfig)
                .withTimeout(LIMIT_SECONDS)
                .call();
    }

    void uninstall() {
        Helm.uninstall(NAME).withNamespace(NAMESPACE).withKubeConfig(kubeconfig).call();
    }
}
