package dev.tokenstore.charts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.KubernetesForTests;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// The life of a release in a real cluster: an older chart, upgrade, other values, uninstalled, installed again. Stores
/// and tokens stay throughout.
@TestMethodOrder(OrderAnnotation.class)
class InstallationIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withPrivateServer();

    private static final String DEFINITION = "oauthtokenstores.tokenstore.dev";
    private static final String NAMESPACE = "platform";

    @TempDir
    static Path folder;

    @Test
    @Order(1)
    void installsAnOlderDefinition() throws IOException {
        release().install(olderChart(), "");

        assertThat(knownToTheDefinition("spec", "suspend")).isFalse();
        assertThat(deployment().getAdditionalProperties()).containsKey("spec");
    }

    @Test
    @Order(2)
    void tellsPoliciesItsOwnNamespace() {
        await().atMost(Duration.ofMinutes(1))
                .ignoreExceptions()
                .untilAsserted(() -> assertThatExceptionOfType(KubernetesClientException.class)
                        .isThrownBy(() -> createStore(NAMESPACE))
                        .withMessageContaining("a token store may not be in a namespace of Kubernetes"));

        kubernetes.apply("""
                apiVersion: v1
                kind: Namespace
                metadata: {name: crm-tokens}
                """);
        createStore("crm-tokens");
        kubernetes.apply("""
                apiVersion: v1
                kind: Secret
                type: tokenstore.dev/oauth-token
                metadata: {name: token, namespace: crm-tokens, labels: {tokenstore.dev/store: crm}}
                stringData: {refresh_token: fixture-secret}
                """);
    }

    @Test
    @Order(3)
    void upgradesTheDefinitionAndKeepsStoresAndTokens() {
        var store = uid("OAuthTokenStore", "crm");

        var upgraded = release().upgrade(Chart.SHIPPED, "operator: {replicas: 3}");

        assertThat(upgraded.getStatus()).isEqualTo("deployed");
        assertThat(knownToTheDefinition("spec", "suspend")).isTrue();
        assertThat(deployment().<Object>get("spec", "replicas")).isEqualTo(3);
        assertThat(uid("OAuthTokenStore", "crm")).isEqualTo(store);
        assertThatTheTokenIsThere();
    }

    @Test
    @Order(4)
    void leavesNothingButTheDefinitionStoresAndTokens() {
        var store = uid("OAuthTokenStore", "crm");

        release().uninstall();

        assertThat(uid("OAuthTokenStore", "crm")).isEqualTo(store);
        assertThatTheTokenIsThere();
        for (var manifest : Chart.SHIPPED.render("", NAMESPACE, Chart.KUBERNETES)) {
            var left = Optional.ofNullable(
                    kubernetes.admin().resource(manifest.resource()).get());
            assertThat(left.isPresent())
                    .as(manifest.name())
                    .isEqualTo(manifest.name().equals("CustomResourceDefinition " + DEFINITION));
        }
    }

    @Test
    @Order(5)
    void takesOverWhatItLeft() {
        var store = uid("OAuthTokenStore", "crm");

        assertThatIllegalStateException()
                .isThrownBy(() ->
                        new Installation(kubernetes.kubeconfigFile(), "another", NAMESPACE).install(Chart.SHIPPED, ""))
                .withMessageContaining("invalid ownership metadata");
        release().install(Chart.SHIPPED, "");

        assertThat(uid("OAuthTokenStore", "crm")).isEqualTo(store);
        assertThatTheTokenIsThere();
    }

    private static Installation release() {
        return new Installation(kubernetes.kubeconfigFile(), Chart.RELEASE, NAMESPACE);
    }

    /// A chart whose custom resource lacks `spec.suspend`.
    private static Chart olderChart() throws IOException {
        var chart = Chart.SHIPPED.copyTo(folder);
        var definition = folder.resolve("files/" + DEFINITION + ".yaml");
        var text = Files.readString(definition);
        var older = text.replaceFirst("(?m)^( +)suspend:\\n(\\1 .*\\n)+", "");
        assertThat(older).isNotEqualTo(text);
        Files.writeString(definition, older);
        return chart;
    }

    private static void createStore(String namespace) {
        kubernetes.admin().resource(Manifest.parsed("""
                        apiVersion: tokenstore.dev/v1alpha1
                        kind: OAuthTokenStore
                        metadata: {name: crm, namespace: %s}
                        spec: {}
                        """.formatted(namespace))).create();
    }

    private static boolean knownToTheDefinition(String... path) {
        var definition = Objects.requireNonNull(kinds("apiextensions.k8s.io/v1", "CustomResourceDefinition")
                .withName(DEFINITION)
                .get());
        var schema = new StringBuilder("/spec/versions/0/schema/openAPIV3Schema");
        for (var name : path) {
            schema.append("/properties/").append(name);
        }
        return !Manifest.tree(definition).at(schema.toString()).isMissingNode();
    }

    private static GenericKubernetesResource deployment() {
        return Objects.requireNonNull(kubernetes
                .admin()
                .genericKubernetesResources("apps/v1", "Deployment")
                .inNamespace(NAMESPACE)
                .withName("oauth-token-store-operator")
                .get());
    }

    private static String uid(String kind, String name) {
        var resource = kubernetes
                .admin()
                .genericKubernetesResources("tokenstore.dev/v1alpha1", kind)
                .inNamespace("crm-tokens")
                .withName(name)
                .get();
        return Objects.requireNonNull(resource, kind + " " + name).getMetadata().getUid();
    }

    private static void assertThatTheTokenIsThere() {
        assertThat(kubernetes
                        .admin()
                        .secrets()
                        .inNamespace("crm-tokens")
                        .withName("token")
                        .get())
                .isNotNull();
    }

    private static NonNamespaceOperation<
                    GenericKubernetesResource, GenericKubernetesResourceList, Resource<GenericKubernetesResource>>
            kinds(String version, String kind) {
        return kubernetes.admin().genericKubernetesResources(version, kind);
    }
}
