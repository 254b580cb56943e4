package dev.tokenstore.charts;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each value is documented in values.yaml and the chart's README, is in the schema, and changes what is installed.
class ValuesTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String BEGIN = "<!-- values: begin, made from values.yaml -->\n";
    private static final String END = "<!-- values: end -->\n";

    /// Switches on everything that a value can change.
    private static final String BASE = """
            monitoring: {scrape: podMonitor, alerts: {enabled: true}, dashboard: {enabled: true}}
            """;

    /// For each value one that differs from the default.
    private static final Map<String, String> OTHERS = Map.ofEntries(
            Map.entry("namespaces", "[crm-tokens]"),
            Map.entry("imagePullSecrets", "[pull]"),
            Map.entry("imageRegistry", "mirror.example/hub"),
            Map.entry("commonLabels", "{team: crm}"),
            Map.entry("createNamespace", "true"),
            Map.entry("crds.install", "false"),
            Map.entry("operator.image.repository", "crm/operator"),
            Map.entry("operator.image.tag", "'1'"),
            Map.entry("operator.image.digest", "sha256:" + "0".repeat(64)),
            Map.entry("operator.image.pullPolicy", "Never"),
            Map.entry("operator.replicas", "3"),
            Map.entry("operator.logFormat", "text"),
            Map.entry("operator.javaOptions", "-Xmx200m"),
            Map.entry("operator.env", "[{name: A, value: b}]"),
            Map.entry("operator.resources", "{limits: {memory: 1Gi}}"),
            Map.entry("operator.serviceAccountAnnotations", "{a: b}"),
            Map.entry("operator.podAnnotations", "{a: b}"),
            Map.entry("operator.podLabels", "{a: b}"),
            Map.entry("operator.podSecurityContext", "{runAsUser: 1000}"),
            Map.entry("operator.securityContext", "{runAsUser: 1000}"),
            Map.entry("operator.nodeSelector", "{a: b}"),
            Map.entry("operator.tolerations", "[{key: a}]"),
            Map.entry("operator.affinity", "{nodeAffinity: {}}"),
            Map.entry("operator.topologySpreadConstraints", "[]"),
            Map.entry("operator.priorityClassName", "system-cluster-critical"),
            Map.entry("operator.podDisruptionBudget.enabled", "false"),
            Map.entry("operator.podDisruptionBudget.maxUnavailable", "50%"),
            Map.entry("operator.networkPolicy.enabled", "false"),
            Map.entry("operator.networkPolicy.apiServerPorts", "[7443]"),
            Map.entry("operator.networkPolicy.metricsFrom", "[{namespaceSelector: {}}]"),
            Map.entry("sidecar.image.repository", "crm/sidecar"),
            Map.entry("sidecar.image.tag", "'1'"),
            Map.entry("sidecar.image.digest", "sha256:" + "0".repeat(64)),
            Map.entry("sidecar.image.pullPolicy", "Never"),
            Map.entry("injection.mode", "never"),
            Map.entry("injection.resources", "{limits: {memory: 1Gi}}"),
            Map.entry("injection.runAsUser", "1000"),
            Map.entry("monitoring.scrape", "serviceMonitor"),
            Map.entry("monitoring.interval", "10s"),
            Map.entry("monitoring.labels", "{a: b}"),
            Map.entry("monitoring.alerts.enabled", "false"),
            Map.entry("monitoring.alerts.labels", "{a: b}"),
            Map.entry("monitoring.dashboard.enabled", "false"),
            Map.entry("monitoring.dashboard.labels", "{a: b}"),
            Map.entry("monitoring.dashboard.annotations", "{a: b}"));

    @TempDir
    static Path copy;

    private static DocumentedValues documented;
    private static Chart chart;

    @BeforeAll
    static void read() {
        documented = DocumentedValues.of(Chart.SHIPPED.text("values.yaml"));
        chart = Chart.SHIPPED.withHooksAsResources(copy);
    }

    @Test
    void everyValueIsDocumented() {
        assertThat(paths(parsed(Chart.SHIPPED.text("values.yaml")), ""))
                .isNotEmpty()
                .allMatch(documented::covers);
    }

    @Test
    void theReadmeHasThem() {
        var readme = Chart.SHIPPED.text("README.md");
        assertThat(readme).containsOnlyOnce(BEGIN).containsOnlyOnce(END);

        MadeFile.assertUpToDate(
                Chart.SHIPPED.folder().resolve("README.md"),
                readme.substring(0, readme.indexOf(BEGIN) + BEGIN.length())
                        + documented.table()
                        + readme.substring(readme.indexOf(END)));
    }

    @Test
    void theSchemaKnowsThemAndNoOther() {
        var schema = parsed(Chart.SHIPPED.text("values.schema.json"));

        assertThat(schemaPaths(schema, schema, ""))
                .containsExactlyInAnyOrderElementsOf(Stream.concat(
                                documented.leaves().stream().map(DocumentedValues.Value::path),
                                Stream.of("global", "enabled"))
                        .toList());
    }

    static List<String> values() {
        return DocumentedValues.of(Chart.SHIPPED.text("values.yaml")).leaves().stream()
                .map(DocumentedValues.Value::path)
                .toList();
    }

    @ParameterizedTest
    @MethodSource("values")
    void changesWhatIsInstalled(String path) {
        assertThat(OTHERS).as("name another value than the default").containsKey(path);
        var other = parsed("value: " + OTHERS.get(path)).get("value");
        var changed = (ObjectNode) parsed(BASE);
        var names = path.split("\\.", -1);
        var holder = changed;
        for (var name : List.of(names).subList(0, names.length - 1)) {
            holder = holder.withObject("/" + name);
        }
        holder.set(names[names.length - 1], other);

        assertThat(installed(changed.toString())).isNotEqualTo(installed(BASE));
    }

    private static String installed(String values) {
        return chart.render(values).stream().map(Manifest::text).collect(joining("---\n"))
                + chart.notes(values, "1.35.0");
    }

    private static JsonNode parsed(String yaml) {
        return MAPPER.valueToTree(Serialization.unmarshal(yaml, Object.class));
    }

    /// The paths of all leaves.
    private static List<String> paths(JsonNode values, String prefix) {
        var found = new ArrayList<String>();
        for (var field : values.properties()) {
            var path = prefix + field.getKey();
            if (field.getValue().isObject() && !field.getValue().isEmpty()) {
                found.addAll(paths(field.getValue(), path + "."));
            } else {
                found.add(path);
            }
        }
        return found;
    }

    /// The paths of all leaves; objects of Kubernetes' API count as leaves.
    private static List<String> schemaPaths(JsonNode root, JsonNode schema, String prefix) {
        var found = new ArrayList<String>();
        for (var property : schema.get("properties").properties()) {
            var path = prefix + property.getKey();
            var of = property.getValue().has("$ref")
                    ? root.at(property.getValue().get("$ref").asText().substring(1))
                    : property.getValue();
            if (of.has("properties") && !path.endsWith(".resources")) {
                assertThat(of.path("additionalProperties")).as(path).hasToString("false");
                found.addAll(schemaPaths(root, of, path + "."));
            } else {
                found.add(path);
            }
        }
        return found;
    }
}
