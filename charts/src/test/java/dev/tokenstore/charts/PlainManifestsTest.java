package dev.tokenstore.charts;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// `deploy/` holds what the chart renders, for users without Helm.
class PlainManifestsTest {
    private static final Path DEPLOY = Path.of("../deploy");
    private static final String HEADER = "# Rendered from charts/oauth-token-store by `" + MadeFile.COMMAND
            + "`: change the chart, not this file.\n";

    /// @param path below `deploy/`
    /// @param values that it is rendered with
    /// @param belongs whether the file contains a manifest
    record File(String path, String values, Predicate<Manifest> belongs) {
        @Override
        public String toString() {
            return path;
        }
    }

    static List<File> files() {
        return List.of(
                new File("crds/oauthtokenstores.tokenstore.dev.yaml", "", from("crd.yaml")),
                new File("operator/rbac.yaml", "createNamespace: true", from("namespace.yaml", "rbac.yaml")),
                new File("operator/policies.yaml", "", from("policies/")),
                new File("operator/injection.yaml", "", from("injection/")),
                new File("operator/deployment.yaml", "", from("deployment.yaml")),
                new File("operator/poddisruptionbudget.yaml", "", from("poddisruptionbudget.yaml")),
                new File("operator/networkpolicy.yaml", "", from("networkpolicy.yaml")),
                new File("monitoring/pod-monitor.yaml", "monitoring: {scrape: podMonitor}", from("monitoring.yaml")),
                new File(
                        "monitoring/prometheus-rules.yaml",
                        "monitoring: {alerts: {enabled: true}}",
                        from("alerts.yaml")),
                new File(
                        "examples/operator-in-one-namespace.yaml",
                        "namespaces: [crm-tokens]",
                        manifest -> "crm-tokens"
                                .equals(manifest.resource().getMetadata().getNamespace())));
    }

    /// @param templates files, or folders with a slash
    private static Predicate<Manifest> from(String... templates) {
        return manifest ->
                Stream.of(templates).anyMatch(template -> manifest.template().startsWith(template));
    }

    @ParameterizedTest
    @MethodSource("files")
    void isWhatTheChartRenders(File file) {
        var rendered = Chart.SHIPPED.render(file.values()).stream()
                .filter(file.belongs())
                .map(Manifest::withoutHelm)
                .collect(Collectors.joining("---\n"));

        assertThat(rendered).isNotEmpty().doesNotContainIgnoringCase("helm");
        MadeFile.assertUpToDate(DEPLOY.resolve(file.path()), HEADER + rendered);
    }

    @Test
    void theDashboardIsThatOfTheChart() {
        MadeFile.assertUpToDate(
                DEPLOY.resolve("monitoring/grafana-dashboard.json"),
                Chart.SHIPPED.text("files/grafana-dashboard.json"));
    }
}
