package dev.tokenstore.charts;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.Release;
import java.nio.file.Path;

/// The chart's release in a cluster.
///
/// @param namespace that it is in
record Installation(Path kubeconfig, String release, String namespace) {
    Release install(Chart chart, String values) {
        return Chart.withValues(
                values,
                file -> new Helm(chart.folder())
                        .install()
                        .withName(release)
                        .withNamespace(namespace)
                        .createNamespace()
                        .withKubeConfig(kubeconfig)
                        .withValuesFile(file)
                        .call());
    }

    Release upgrade(Chart chart, String values) {
        return Chart.withValues(
                values,
                file -> new Helm(chart.folder())
                        .upgrade()
                        .withName(release)
                        .withNamespace(namespace)
                        .withKubeConfig(kubeconfig)
                        .withValuesFile(file)
                        .call());
    }

    void uninstall() {
        Helm.uninstall(release)
                .withNamespace(namespace)
                .withKubeConfig(kubeconfig)
                .call();
    }
}
