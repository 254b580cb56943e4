package dev.tokenstore.charts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.marcnuri.helm.Helm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The chart as a dependency of another: Helm packs it into the parent, which brings conditions, tags, an alias, global
/// values and values of its own.
class SubchartTest {
    private static final String SWITCHES = "condition: oauth-token-store.enabled";

    private static final String OF_THE_PARENT = "settings.yaml";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            condition: oauth-token-store.enabled               | oauth-token-store: {enabled: true}
            condition: absent.enabled                          | oauth-token-store: {}
            condition: global.tokens.enabled                   | global: {tokens: {enabled: true}}
            condition: 'shop.tokens,oauth-token-store.enabled' | {shop: {tokens: true}, oauth-token-store: {enabled: false}}
            tags: [tokens]                                     | tags: {tokens: true}
            tags: [tokens]                                     | global: {imageRegistry: elsewhere.example, storageClass: fast}
            import-values: [{child: operator, parent: shop}]   | oauth-token-store: {enabled: true}
            """)
    void isRenderedAsOnItsOwn(String dependency, String values) throws IOException {
        assertThat(rendered(parent(dependency), values)).isNotEmpty().isEqualTo(Chart.SHIPPED.render(""));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            condition: oauth-token-store.enabled            | oauth-token-store: {enabled: false}
            condition: global.tokens.enabled                | global: {tokens: {enabled: false}}
            tags: [tokens]                                  | tags: {tokens: false}
            {alias: tokens, condition: tokens.enabled}      | tokens: {enabled: false}
            """)
    void isLeftOutWhereTheParentSaysSo(String dependency, String values) throws IOException {
        assertThat(rendered(parent(dependency), values)).isEmpty();
    }

    @Test
    void takesTheValuesOfTheParent() throws IOException {
        var own = """
                operator: {replicas: 3, podSecurityContext: {runAsUser: null, runAsGroup: null}}
                injection: {runAsUser: null}
                namespaces: [crm-tokens]
                """;

        var rendered = rendered(parent(SWITCHES), "oauth-token-store:\n" + own.indent(2) + "  enabled: true\n");

        assertThat(rendered).isEqualTo(Chart.SHIPPED.render(own));
        assertThat(rendered).noneMatch(manifest -> manifest.text().contains("runAsUser"));
    }

    @Test
    void isTheSameUnderAnAlias() throws IOException {
        var rendered = rendered(
                parent("{alias: tokens, condition: tokens.enabled}"),
                "tokens: {enabled: true, operator: {replicas: 3}}");

        assertThat(rendered)
                .extracting(manifest -> manifest.text().replace("chart: tokens-", "chart: oauth-token-store-"))
                .containsExactlyElementsOf(Chart.SHIPPED.render("operator: {replicas: 3}").stream()
                        .map(Manifest::text)
                        .toList());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            oauth-token-store: {operater: {replicas: 3}} | additional properties 'operater' not allowed
            oauth-token-store: {enabled: maybe}          | at '/enabled': got string, want boolean
            """)
    void refusesValuesThatItDoesNotKnow(String values, String sentence) throws IOException {
        var parent = parent(SWITCHES);

        assertThatIllegalStateException()
                .isThrownBy(() -> parent.render(values))
                .withMessageContaining("oauth-token-store")
                .withMessageContaining(sentence);
    }

    /// What the dependency renders.
    private static List<Manifest> rendered(Chart parent, String values) {
        var all = parent.render(values);
        assertThat(all).extracting(Manifest::template).containsOnlyOnce(OF_THE_PARENT);
        return all.stream()
                .filter(manifest -> !manifest.template().equals(OF_THE_PARENT))
                .toList();
    }

    /// A chart with one resource, and the packed chart as its only dependency.
    ///
    /// @param dependency further fields of it, in YAML
    private Chart parent(String dependency) throws IOException {
        var fields = dependency.startsWith("{")
                ? dependency.substring(1, dependency.length() - 1).split(", ", -1)
                : new String[] {dependency};
        var chart = new StringBuilder("""
                apiVersion: v2
                name: shop
                version: 1.0.0
                dependencies:
                - name: oauth-token-store
                  version: 0.1.0
                  repository: file://%s
                """.formatted(Chart.SHIPPED.folder().toAbsolutePath()));
        List.of(fields).forEach(field -> chart.append("  ").append(field).append('\n'));
        Files.writeString(folder.resolve("Chart.yaml"), chart);
        Files.createDirectories(folder.resolve("templates"));
        Files.writeString(folder.resolve("templates").resolve(OF_THE_PARENT), """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: settings}
                """);

        new Helm(folder).dependency().update().call();

        assertThat(folder.resolve("charts/oauth-token-store-0.1.0.tgz")).isRegularFile();
        return new Chart(folder);
    }
}
