package dev.tokenstore.charts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenstore.testing.KubernetesForTests;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// A real API server accepts each resource of each combination as a server-side apply dry run, and the pods in a
/// namespace with Pod Security "restricted".
class ServerSideIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes =
            KubernetesForTests.create().withPrivateServer().withTokenStores();

    @TempDir
    static Path copy;

    private static Chart chart;

    static List<Combination> combinations() {
        return Combination.all();
    }

    @BeforeAll
    static void prepare() {
        chart = Chart.SHIPPED.withHooksAsResources(copy);
        PrometheusKinds.defineIn(kubernetes);
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void takesEveryResource(Combination combination) {
        var manifests = chart.render(combination.values());
        createNamespacesOf(manifests);

        for (var manifest : manifests) {
            var taken = kubernetes
                    .admin()
                    .resource(manifest.resource())
                    .dryRun()
                    .fieldManager("helm")
                    .forceConflicts()
                    .serverSideApply();
            assertThat(taken.getMetadata().getUid()).as(manifest.name()).isNotEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("combinations")
    void takesThePodsWhereOnlyRestrictedOnesMayBe(Combination combination) {
        var restricted = restrictedNamespace();
        var pods = chart.render(combination.values()).stream()
                .map(Manifest::resource)
                .filter(resource -> List.of("Pod", "Deployment").contains(resource.getKind()))
                .map(resource -> podOf(resource, restricted))
                .toList();

        assertThat(pods)
                .hasSize(2)
                .allSatisfy(pod -> assertThat(kubernetes
                                .admin()
                                .resource(pod)
                                .dryRun()
                                .create()
                                .getMetadata()
                                .getUid())
                        .isNotEmpty());
    }

    @Test
    void takesTheExamples() throws IOException {
        List.of("crm-tokens", "sales").forEach(ServerSideIT::createNamespace);
        try (var files = Files.list(Path.of("../deploy/examples"))) {
            var documents = files.map(Chart::read)
                    .flatMap(text -> Stream.of(text.split("(?m)^---\\n")))
                    .map(Manifest::parsed)
                    .toList();

            assertThat(documents)
                    .extracting(GenericKubernetesResource::getKind)
                    .contains("OAuthTokenStore", "Deployment", "Job", "CronJob", "RoleBinding");
            for (var document : documents) {
                kubernetes
                        .admin()
                        .resource(document)
                        .dryRun()
                        .fieldManager("kubectl")
                        .forceConflicts()
                        .serverSideApply();
            }
        }
    }

    @Test
    void takesNoPodThereThatIsNotRestricted() {
        var restricted = restrictedNamespace();
        var free = chart.render("operator: {securityContext: {allowPrivilegeEscalation: true}}").stream()
                .map(Manifest::resource)
                .filter(resource -> resource.getKind().equals("Deployment"))
                .map(resource -> podOf(resource, restricted))
                .findFirst()
                .orElseThrow();

        assertThatThrownBy(() -> kubernetes.admin().resource(free).dryRun().create())
                .hasMessageContaining("violates PodSecurity \"restricted");
    }

    private static GenericKubernetesResource podOf(GenericKubernetesResource resource, String namespace) {
        Map<String, Object> spec =
                resource.getKind().equals("Pod") ? resource.get("spec") : resource.get("spec", "template", "spec");
        var pod = new GenericKubernetesResource();
        pod.setApiVersion("v1");
        pod.setKind("Pod");
        pod.setMetadata(
                new ObjectMetaBuilder().withName("pod").withNamespace(namespace).build());
        pod.setAdditionalProperty("spec", spec);
        return pod;
    }

    private static void createNamespacesOf(List<Manifest> manifests) {
        var namespaces = new TreeSet<String>();
        for (var manifest : manifests) {
            var namespace = manifest.resource().getMetadata().getNamespace();
            if (namespace != null) {
                namespaces.add(namespace);
            }
        }
        namespaces.forEach(ServerSideIT::createNamespace);
    }

    private static void createNamespace(String name) {
        kubernetes.apply("""
                apiVersion: v1
                kind: Namespace
                metadata: {name: %s}
                """.formatted(name));
    }

    private static String restrictedNamespace() {
        var name = kubernetes.newNamespace();
        kubernetes.apply("""
                apiVersion: v1
                kind: Namespace
                metadata: {name: %s, labels: {pod-security.kubernetes.io/enforce: restricted}}
                """.formatted(name));
        return name;
    }
}
