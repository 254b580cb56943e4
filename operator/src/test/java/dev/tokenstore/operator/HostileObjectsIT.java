package dev.tokenstore.operator;

import static dev.tokenstore.operator.OperatorUnderTest.is;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.operator.response.TrimmedResponses;
import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.Project;
import dev.tokenstore.testing.product.OperatorProcess;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Objects that a tenant may write and that are hard to read hurt no other tenant: the operator, as a process with the
/// shipped memory and rights, starts beside them and goes on.
class HostileObjectsIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes =
            KubernetesForTests.create().withPrivateServer().withTokenStores();

    private static final Path DEFINITION = Project.file("deploy/crds/oauthtokenstores.tokenstore.dev.yaml");
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final String TOKEN = "{\"access_token\":\"Zml4dHVyZS1zZWNyZXQ=\"}";

    @TempDir
    private Path folder;

    private HostileObjects hostile;
    private static KubernetesClient reader;
    private String tenant;
    private String neighbour;

    @BeforeAll
    static void policiesAreInForce() {
        Policies.apply(kubernetes);
        reader = trimming();
    }

    /// The client library's parser does not take what these tests write either.
    private static KubernetesClient trimming() {
        return new KubernetesClientBuilder()
                .withConfig(kubernetes.config())
                .withHttpClientBuilderConsumer(TrimmedResponses::install)
                .build();
    }

    @AfterAll
    static void close() {
        reader.close();
    }

    @BeforeEach
    void twoTenants() {
        hostile = new HostileObjects(kubernetes.admin());
        tenant = kubernetes.newNamespace();
        neighbour = kubernetes.newNamespace();
    }

    @Test
    void theDefinitionRefusesNumbersThatNoProgramCanRead() {
        var requests = new Requests(kubernetes.admin(), tenant);
        requests.create("OAuthTokenStore", "crm", "metadata: {}");

        assertThatThrownBy(() -> requests.patch("OAuthTokenStore", "crm", "spec: {limits: {maxTokens: 2147483648}}"))
                .hasMessageContaining("spec.limits.maxTokens");
        assertThatThrownBy(() -> requests.patchStatus(
                        "OAuthTokenStore", "crm", "status: {conditions: [], tokens: {total: 3000000000}}"))
                .hasMessageContaining("status.tokens.total");
    }

    @Test
    void storesFromBeforeTheDefinitionHadBoundsAreReadAndHealed() throws IOException {
        kubernetes.apply(Files.readString(DEFINITION).replaceAll("(?m)^ *(format: \"int.*|maximum: .*)\\n", ""));
        var requests = new Requests(kubernetes.admin(), tenant);
        await().ignoreExceptions()
                .untilAsserted(() -> requests.apply(
                        "OAuthTokenStore",
                        "large",
                        "{metadata: {}, spec: {limits: {maxTokens: 2147483648}, cleanup: {maxPercent: 101}}}"));
        requests.patchStatus("OAuthTokenStore", "large", "status: {conditions: [], tokens: {total: 3000000000}}");
        kubernetes.apply(DEFINITION);

        try (var operator = start()) {
            operator.awaitStarted();

            await().atMost(PATIENCE).until(() -> isReady(tenant, "large"));
            assertThat(Objects.requireNonNull(store(tenant, "large").getStatus().tokens())
                            .total())
                    .isZero();
            assertServes(operator);
        }
    }

    @Test
    void objectsThatAreNestedTooDeeplyForTheParserEndNothing() {
        var store = new Requests(kubernetes.admin(), tenant);
        store.create("OAuthTokenStore", "crm", "metadata: {}");
        hostile.createStore(tenant, "deep-before", HostileObjects.deep());
        hostile.createToken(tenant, "crm", "deep-before", HostileObjects.deep(), TOKEN);
        hostile.createReaderBinding(kubernetes.newNamespace(), HostileObjects.deep());

        try (var operator = start()) {
            operator.awaitStarted();
            await().atMost(PATIENCE).until(() -> counts(tenant, "crm", 1));
            var before = operator.meter("tokenstore_tokens");

            hostile.createStore(tenant, "deep-after", HostileObjects.deep());
            hostile.createToken(tenant, "crm", "deep-after", HostileObjects.deep(), TOKEN);
            hostile.createReaderBinding(kubernetes.newNamespace(), HostileObjects.deep());

            await().atMost(PATIENCE).until(() -> operator.meter("tokenstore_tokens") == before + 1);
            await().atMost(PATIENCE).until(() -> isReady(tenant, "deep-before") && isReady(tenant, "deep-after"));
            assertServes(operator);
        }
    }

    /// The rest of the cluster is served as usual.
    private void assertServes(OperatorProcess operator) {
        new Requests(kubernetes.admin(), neighbour).create("OAuthTokenStore", "mail", "metadata: {}");
        await().atMost(PATIENCE).until(() -> isReady(neighbour, "mail"));
        assertThat(operator.isAlive()).isTrue();
        assertThat(operator.status("/livez")).isEqualTo(200);
        assertThat(operator.log()).doesNotContain("Fatal error", "OutOfMemoryError:", "\tat ");
    }

    private OperatorProcess start() {
        return ShippedOperator.start(kubernetes, folder);
    }

    private static OAuthTokenStore store(String namespace, String name) {
        return reader.resources(OAuthTokenStore.class)
                .inNamespace(namespace)
                .withName(name)
                .require();
    }

    private static boolean counts(String namespace, String name, int tokens) {
        var status = status(namespace, name);
        return status.filter(known -> known.tokens() != null && known.tokens().total() == tokens)
                .isPresent();
    }

    private static boolean isReady(String namespace, String name) {
        return status(namespace, name)
                .filter(status -> is(status, "Ready", "True"))
                .isPresent();
    }

    private static Optional<OAuthTokenStoreStatus> status(String namespace, String name) {
        return Optional.ofNullable(store(namespace, name).getStatus());
    }
}
