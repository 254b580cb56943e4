package dev.tokenstore.charts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What the chart renders, and for which values rendering fails.
class RenderTest {
    /// Templates of long files, which the golden files leave out.
    private static final List<String> FILES = List.of("crd.yaml", "dashboard.yaml", "alerts.yaml");

    @TempDir
    static Path copy;

    private static Chart chart;
    private static Map<String, Manifest> defaults;

    @BeforeAll
    static void renderDefaults() {
        chart = Chart.SHIPPED.withHooksAsResources(copy);
        defaults = byName(chart.render(""));
    }

    static List<Combination> combinations() {
        return Combination.all();
    }

    @Test
    void passesHelmsLint() {
        var result = Chart.SHIPPED.lint();

        assertThat(result.isFailed()).as("%s", result.getMessages()).isFalse();
        assertThat(result.getMessages()).noneMatch(message -> message.contains("[WARNING]"));
    }

    /// The golden file of a combination contains the differences from the defaults.
    @ParameterizedTest
    @MethodSource("combinations")
    void rendersAsReviewed(Combination combination) {
        var rendered = byName(chart.render(combination.values()));
        var isDefaults = combination.name().equals("defaults");
        var missing = defaults.keySet().stream()
                .filter(name -> !rendered.containsKey(name))
                .map(name -> "# without " + name + "\n");
        var other = rendered.entrySet().stream()
                .filter(entry -> isDefaults || !entry.getValue().equals(defaults.get(entry.getKey())))
                .map(entry -> "---\n" + abridged(entry.getValue()));

        MadeFile.assertUpToDate(
                combination.rendered(), Stream.concat(missing, other).collect(Collectors.joining()));
        MadeFile.assertUpToDate(combination.notes(), Chart.SHIPPED.notes(combination.values(), Chart.KUBERNETES));
    }

    @Test
    void everyNameIsRenderedOnce() {
        assertThat(chart.render("")).extracting(Manifest::name).doesNotHaveDuplicates();
    }

    @Test
    void namesTheImagesAsTheBuildDoes() {
        var built = Pattern.compile("<image.tag>(.*)</image.tag>").matcher(Chart.read(Path.of("../pom.xml")));

        assertThat(built.find()).isTrue();
        assertThat(Chart.SHIPPED.text("Chart.yaml")).contains("\nappVersion: " + built.group(1) + "\n");
    }

    @Test
    void knowsItsOwnNamespaceWhereverItIsInstalled() {
        var elsewhere = chart.render("", "platform", Chart.KUBERNETES).stream()
                .map(Manifest::text)
                .collect(Collectors.joining("---\n"));
        var here = chart.render("").stream().map(Manifest::text).collect(Collectors.joining("---\n"));

        assertThat(elsewhere)
                .contains("system:serviceaccount:platform:oauth-token-store-operator")
                .doesNotContain("system:serviceaccount:oauth-token-store:")
                .doesNotContain("request.namespace == 'oauth-token-store'")
                .doesNotContain("request.namespace != 'oauth-token-store'")
                .doesNotContain("account.startsWith('oauth-token-store/')")
                .doesNotContain("namespace: oauth-token-store\n");
        assertThat(count(elsewhere, "'platform'")).isEqualTo(8);
        assertThat(count(here, "'oauth-token-store'")).isEqualTo(8 + count(elsewhere, "'oauth-token-store'"));
    }

    private static long count(String text, String part) {
        return text.split(Pattern.quote(part), -1).length - 1L;
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            1.29.4 | oauth-token-store | ''                        | this cluster (Kubernetes v1.29.4) lacks the API ValidatingAdmissionPolicy
            1.35.0 | oauth-token-store | injection: {mode: always} | injection.mode is always, and this cluster (Kubernetes v1.35.0) lacks the API MutatingAdmissionPolicy
            1.36.3 | default           | ''                        | the operator needs a namespace of its own, not default
            1.36.3 | kube-system       | ''                        | the operator needs a namespace of its own, not kube-system
            1.36.3 | tokens            | namespaces: [tokens]      | namespaces contains tokens, which is the operator's own
            """)
    void refusesWhatCannotWork(String kubernetes, String namespace, String values, String sentence) {
        assertThatIllegalStateException()
                .isThrownBy(() -> chart.render(values, namespace, kubernetes))
                .withMessageContaining(sentence);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            operator: {replica: 3}                    | at '/operator': additional properties 'replica' not allowed
            replicas: 3                               | at '': additional properties 'replicas' not allowed
            operator: {replicas: two}                 | at '/operator/replicas': got string, want integer
            operator: {image: {digest: latest}}       | at '/operator/image/digest': 'latest' does not match pattern
            operator: {image: {version: 1}}           | at '/operator/image': additional properties 'version' not allowed
            operator: {logFormat: xml}                | at '/operator/logFormat': value must be one of 'json', 'text'
            operator: {env: [{value: a}]}             | at '/operator/env/0': missing property 'name'
            operator: {networkPolicy: {ports: [1]}}   | at '/operator/networkPolicy': additional properties 'ports' not allowed
            operator: {podAnnotations: {a: true}}     | at '/operator/podAnnotations/a': got boolean, want string
            monitoring: {scrape: true}                | at '/monitoring/scrape': value must be one of 'none', 'annotations', 'podMonitor', 'serviceMonitor'
            monitoring: {interval: 30}                | at '/monitoring/interval': got number, want string
            namespaces: crm-tokens                    | at '/namespaces': got string, want array
            namespaces: [Crm]                         | at '/namespaces/0': 'Crm' does not match pattern
            injection: {mode: sometimes}              | at '/injection/mode': value must be one of 'auto', 'always', 'never'
            injection: {resources: {memory: 1Gi}}     | at '/injection/resources': additional properties 'memory' not allowed
            injection: {resources: {limits: {cpu: a}}} | at '/injection/resources/limits/cpu': 'a' does not match pattern
            injection: {runAsUser: 0}                 | at '/injection/runAsUser': minimum: got 0, want 1
            enabled: "yes"                            | at '/enabled': got string, want boolean
            sidecar: {resources: {}}                  | at '/sidecar': additional properties 'resources' not allowed
            crds: {keep: false}                       | at '/crds': additional properties 'keep' not allowed
            """)
    void refusesValuesThatItDoesNotKnow(String values, String sentence) {
        assertThatIllegalStateException().isThrownBy(() -> chart.render(values)).withMessageContaining(sentence);
    }

    @ParameterizedTest
    @CsvSource({"1.36.3,auto,true", "1.36.3,always,true", "1.36.3,never,false", "1.35.0,auto,false"})
    void injectsWhereTheClusterCan(String kubernetes, String mode, boolean injects) {
        var rendered = Chart.SHIPPED.render("injection: {mode: %s}".formatted(mode), Chart.NAMESPACE, kubernetes);

        assertThat(rendered.stream()
                        .filter(manifest -> manifest.template().startsWith("injection/"))
                        .map(Manifest::name))
                .hasSize(injects ? 9 : 0);
        assertThat(rendered.stream().map(Manifest::name).anyMatch(name -> name.startsWith("MutatingAdmissionPolicy")))
                .isEqualTo(injects);
    }

    @Test
    void injectsTheSidecarAsTheValuesSay() {
        var policy = chart.render("""
                        injection:
                          resources: {requests: {cpu: null, memory: 32Mi, ephemeral-storage: 8Mi}, limits: {cpu: 2}}
                          runAsUser: null
                        sidecar: {image: {pullPolicy: Never, tag: other}}
                        """).stream()
                .filter(manifest -> manifest.name().equals("MutatingAdmissionPolicy oauth-token-store-injection"))
                .findFirst()
                .orElseThrow()
                .text();

        assertThat(policy)
                .contains("image: 'oauth-token-store/sidecar:other'", "imagePullPolicy: 'Never'")
                .contains(
                        "?'cpu': variables.quantities[?'tokenstore.dev/cpu-request'],",
                        "[?'tokenstore.dev/memory-request'].or(optional.of('32Mi'))",
                        "'ephemeral-storage': '8Mi'",
                        "[?'tokenstore.dev/cpu-limit'].or(optional.of('2'))",
                        "[?'tokenstore.dev/memory-limit'].or(optional.of('192Mi'))")
                .doesNotContain("runAsUser", "runAsGroup");
    }

    @Test
    void saysWhatToDoWhereInjectionIsMissing() {
        assertThat(Chart.SHIPPED.notes("", "1.35.0"))
                .contains("lacks the API MutatingAdmissionPolicy")
                .contains("tokenstore inject -f deployment.yaml");
        assertThat(Chart.SHIPPED.notes("", Chart.KUBERNETES)).doesNotContain("tokenstore inject");
    }

    @Test
    void saysThatOnlyAParentChartReadsEnabled() {
        assertThat(Chart.SHIPPED.notes("enabled: false", Chart.KUBERNETES)).contains("enabled is false");
        assertThat(Chart.SHIPPED.notes("enabled: true", Chart.KUBERNETES)).doesNotContain("enabled is false");
    }

    private static Map<String, Manifest> byName(List<Manifest> manifests) {
        return manifests.stream()
                .collect(Collectors.toMap(Manifest::name, Function.identity(), (a, b) -> a, LinkedHashMap::new));
    }

    private static String abridged(Manifest manifest) {
        if (!FILES.contains(manifest.template())) {
            return manifest.text();
        }
        var text = manifest.text();
        var body = text.indexOf(manifest.template().equals("dashboard.yaml") ? "\ndata:" : "\nspec:");
        return text.substring(0, body + 1) + "# ... as in the chart's files/\n";
    }
}
