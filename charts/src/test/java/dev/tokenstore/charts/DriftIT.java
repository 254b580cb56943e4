package dev.tokenstore.charts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.testing.KubernetesForTests;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A real API server stores what is shipped as it is: it neither drops, changes nor adds a field, so no tool that
/// compares
/// the two finds a difference.
class DriftIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withPrivateServer();

    private static final Path DEPLOY = Path.of("../deploy");

    /// Kinds of the examples whose stated fields alone are compared: they show what the owner of an app has to write,
    /// and
    /// a pod's defaults are not part of that.
    private static final List<String> APPS = List.of("Deployment", "Job", "CronJob");

    static List<Combination> combinations() {
        return Combination.all();
    }

    static List<Path> manifests() {
        return filesIn(DEPLOY).stream()
                .filter(file -> !file.startsWith(DEPLOY.resolve("examples")))
                .toList();
    }

    static List<Path> examples() {
        return filesIn(DEPLOY.resolve("examples"));
    }

    private static List<Path> filesIn(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @BeforeAll
    static void prepare() {
        PrometheusKinds.defineIn(kubernetes);
        kubernetes.apply(DEPLOY.resolve("crds"));
        List.of(Chart.NAMESPACE, "crm-tokens", "billing-tokens", "sales")
                .forEach(name -> kubernetes.apply("""
                apiVersion: v1
                kind: Namespace
                metadata: {name: %s}
                """.formatted(name)));
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void storesTheChartAsRendered(Combination combination) {
        var resources = Chart.SHIPPED.render(combination.values()).stream()
                .map(Manifest::resource)
                .toList();

        assertThat(resources).hasSizeGreaterThan(15);
        assertThat(resources)
                .allSatisfy(resource -> assertThat(driftOf(resource).found())
                        .as(nameOf(resource))
                        .isEmpty());
    }

    @ParameterizedTest
    @MethodSource("manifests")
    void storesTheManifestsAsShipped(Path file) {
        assertThat(resourcesIn(file))
                .isNotEmpty()
                .allSatisfy(resource -> assertThat(driftOf(resource).found())
                        .as(nameOf(resource))
                        .isEmpty());
    }

    @ParameterizedTest
    @MethodSource("examples")
    void storesTheExamplesAsShipped(Path file) {
        assertThat(resourcesIn(file)).isNotEmpty().allSatisfy(resource -> {
            var drift = driftOf(resource);
            assertThat(APPS.contains(resource.getKind()) ? drift.ofStatedFields() : drift.found())
                    .as(nameOf(resource))
                    .isEmpty();
        });
    }

    @Test
    void findsWhatIsAddedDroppedAndChanged() {
        var drift = driftOf(Manifest.parsed("""
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: drifts, namespace: sales, annotations: {}}
                spec:
                  podSelector: {matchLabels: {}}
                  policyTypes: [Egress]
                  egress: [{ports: [{port: 53}]}]
                """));

        assertThat(drift.found())
                .containsExactlyInAnyOrder(
                        "/spec/egress/0/ports/0/protocol is added: \"TCP\"",
                        "/spec/podSelector/matchLabels is dropped: {}");
        assertThat(drift.ofStatedFields()).containsExactly("/spec/podSelector/matchLabels is dropped: {}");
    }

    private static List<GenericKubernetesResource> resourcesIn(Path file) {
        return Stream.of(Chart.read(file).split("(?m)^---\\n"))
                .filter(document -> document.contains("\nkind:") || document.startsWith("kind:"))
                .map(Manifest::parsed)
                .toList();
    }

    private static Drift driftOf(GenericKubernetesResource resource) {
        kubernetes
                .admin()
                .resource(resource)
                .fieldManager("drift")
                .forceConflicts()
                .serverSideApply();
        return Drift.between(
                resource,
                Objects.requireNonNull(kubernetes.admin().resource(resource).get()));
    }

    private static String nameOf(GenericKubernetesResource resource) {
        return resource.getKind() + " " + resource.getMetadata().getName();
    }
}
