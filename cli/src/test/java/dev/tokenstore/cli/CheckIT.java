package dev.tokenstore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.cli.output.ExitCode;
import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.process.Ports;
import dev.tokenstore.testing.product.SidecarProcess;
import dev.tokenstore.testing.product.TestStore;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// What `check` finds out, and what `list` says where a sidecar, a right, a store or the API server is missing.
class CheckIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private static final String SECRET = "fixture-secret-of-the-check";

    @TempDir
    static Path folder;

    private static TestStore store;

    @BeforeAll
    static void createStore() {
        store = TestStore.create(kubernetes, "{}");
    }

    @Test
    void checksASidecarThatIsWell() {
        try (var sidecar = SidecarProcess.ready(store)) {
            var check = Command.run(sidecar.options(), "check", "-o", "json").endsWith(ExitCode.OK);

            assertThat(check.json().findValuesAsText("check")).containsExactly("client", "sidecar", "health", "store");
            assertThat(check.json().findValuesAsText("result")).containsOnly("ok");
            assertThat(check.detailOf("store")).startsWith("reads work");
        }
    }

    @Test
    void saysWhatToDoWhereNothingListens() {
        var nowhere = List.of("--address", "127.0.0.1:" + Ports.free());

        var check = Command.run(nowhere, "check", "-o", "json").endsWith(ExitCode.UNREACHABLE);
        assertThat(check.resultOf("sidecar")).isEqualTo("failed");
        assertThat(check.detailOf("sidecar"))
                .contains("no token store sidecar can be reached at", "Connection refused", "TOKENSTORE_ADDRESS");
        assertThat(Command.run(nowhere, "list").endsWith(ExitCode.UNREACHABLE).err())
                .startsWith("tokenstore: no token store sidecar can be reached");
    }

    @Test
    void saysWhatIsWrongWithASidecarThatIsNotReady() {
        var elsewhere = TestStore.in(kubernetes, kubernetes.newNamespace(), "crm");
        try (var unready = SidecarProcess.serving(elsewhere, elsewhere.kubeconfig(), SidecarProcess.LOGS)) {
            unready.awaitLogged("not ready");

            var check = Command.run(unready.options(), "check", "-o", "json").endsWith(ExitCode.FAILED);
            assertThat(check.resultOf("sidecar")).isEqualTo("ok");
            assertThat(check.resultOf("health")).isEqualTo("failed");
            assertThat(check.detailOf("store")).contains("there is no OAuthTokenStore crm");
            Command.run(unready.options(), "list").endsWith(ExitCode.NOT_FOUND);
        }
    }

    @Test
    void saysWhatASidecarWithoutRightsMayNot() {
        var kubeconfig = kubernetes.kubeconfigFor(store.namespace(), "stranger");
        try (var refused = SidecarProcess.serving(store, kubeconfig, SidecarProcess.LOGS)) {
            refused.awaitLogged("STORE_NOT_ACCESSIBLE");

            assertThat(Command.run(refused.options(), "list")
                            .endsWith(ExitCode.DENIED)
                            .err())
                    .contains("stranger may not use it");
        }
    }

    @Test
    void checksAStoreAndSaysThatNoOperatorLooksAfterIt() {
        var check = Command.run(store.options(), "check", "-o", "json").endsWith(ExitCode.FAILED);

        assertThat(check.detailOf("api-server")).startsWith("Kubernetes v1.");
        assertThat(check.resultOf("account")).isEqualTo("ok");
        assertThat(check.resultOf("right-get-oauthtokenstores")).isEqualTo("ok");
        assertThat(check.resultOf("right-delete-secrets")).isEqualTo("ok");
        assertThat(check.resultOf("store")).isEqualTo("ok");
        assertThat(check.resultOf("operator")).isEqualTo("failed");
        assertThat(check.detailOf("operator")).contains("no operator has looked at this store");
    }

    @Test
    void checksAStoreByItsConditions() {
        var looked = TestStore.create(kubernetes, "{}").namespace();
        var way = List.of(
                "--store",
                "crm",
                "-n",
                looked,
                "--kubeconfig",
                kubernetes.kubeconfigFile().toString());
        status(looked, "True", "False");
        var well = Command.run(way, "check", "-o", "json").endsWith(ExitCode.OK);
        assertThat(well.resultOf("condition-ready")).isEqualTo("ok");
        assertThat(well.resultOf("condition-isolated")).isEqualTo("warning");
        assertThat(well.detailOf("condition-isolated")).isEqualTo("SomeReason: what to do");
        assertThat(well.detailOf("tokens")).isEqualTo("3 tokens: 2 valid, 1 to be renewed, 0 expired, 0 unusable");

        status(looked, "False", "True");
        var unwell = Command.run(way, "check", "-o", "json").endsWith(ExitCode.FAILED);
        assertThat(unwell.resultOf("condition-ready")).isEqualTo("failed");
    }

    private static void status(String namespace, String ready, String isolated) {
        var stored = kubernetes
                .admin()
                .resources(OAuthTokenStore.class)
                .inNamespace(namespace)
                .withName("crm")
                .get();
        stored.setStatus(new OAuthTokenStoreStatus(
                stored.getMetadata().getGeneration(),
                new OAuthTokenStoreStatus.TokenCounts(3, 2, 0, 1, 0),
                null,
                null,
                List.of(condition("Ready", ready), condition("Isolated", isolated))));
        kubernetes.admin().resource(stored).updateStatus();
    }

    private static Condition condition(String type, String status) {
        return new ConditionBuilder()
                .withType(type)
                .withStatus(status)
                .withReason("SomeReason")
                .withMessage("what to do")
                .withLastTransitionTime("2026-01-01T00:00:00Z")
                .withObservedGeneration(1L)
                .build();
    }

    @Test
    void namesEveryRightThatIsMissing() {
        var way = store.options(kubernetes.kubeconfigFor(store.namespace(), "stranger"));

        var check = Command.run(way, "check", "-o", "json").endsWith(ExitCode.DENIED);
        assertThat(check.detailOf("account")).contains("system:serviceaccount:" + store.namespace() + ":stranger");
        for (var verb : List.of("get", "list", "create", "patch", "delete")) {
            assertThat(check.resultOf("right-" + verb + "-secrets")).isEqualTo("failed");
        }
        assertThat(check.detailOf("right-get-secrets")).contains("stranger may not get secrets", "spec.access");
        assertThat(Command.run(way, "list").endsWith(ExitCode.DENIED).err()).contains("may not use it");
    }

    @Test
    void saysThatThereIsNoSuchStore() {
        var way = TestStore.in(kubernetes, store.namespace(), "other").options();

        assertThat(Command.run(way, "list").endsWith(ExitCode.NOT_FOUND).err())
                .contains("there is no OAuthTokenStore other in namespace " + store.namespace());
        var check = Command.run(way, "check", "-o", "json").endsWith(ExitCode.NOT_FOUND);
        assertThat(check.detailOf("store")).contains("there is no OAuthTokenStore other");
    }

    @Test
    void saysThatTheApiServerDoesNotAnswer() throws IOException {
        var text = Files.readString(kubernetes.kubeconfigFile()).replaceAll("(server:.*):[0-9]+", "$1:1");
        var way = store.options(Files.writeString(folder.resolve("elsewhere"), text));

        assertThat(Command.run(way, "list").endsWith(ExitCode.UNREACHABLE).err())
                .contains("the Kubernetes API server at", "did not answer");
        var check = Command.run(way, "check", "-o", "json").endsWith(ExitCode.UNREACHABLE);
        assertThat(check.detailOf("api-server")).contains("did not answer (");
    }

    @Test
    void namesTheProxyThatIsDown() throws IOException {
        var proxy = "127.0.0.1:" + Ports.free();
        var text = Files.readString(kubernetes.kubeconfigFile())
                .replaceAll("(server:).*", "$1 https://kubernetes.default.svc");
        var way = store.options(Files.writeString(folder.resolve("proxied"), text));
        var environment = Map.of("HTTPS_PROXY", "http://name:word@" + proxy, "NO_PROXY", "localhost, <local>");

        var list = Command.runAsProgram(environment, way, "list").endsWith(ExitCode.UNREACHABLE);

        assertThat(list.err())
                .contains("warning: proxy settings that are not understood are ignored: \"<local>\" in NO_PROXY")
                .contains("the Kubernetes API server at kubernetes.default.svc through the proxy " + proxy)
                .doesNotContain("name:word")
                .doesNotContain("\tat ");
    }

    @Test
    void namesThePluginThatIsMissing() throws IOException {
        var text = Files.readString(kubernetes.kubeconfigFor(store.namespace(), "plugin"))
                .replaceAll("token: .*", "exec: {command: no-such-plugin, installHint: Install it from the shop.}");
        var way = store.options(Files.writeString(folder.resolve("plugin"), text));

        var check = Command.run(way, "check").endsWith(ExitCode.USAGE);

        assertThat(check.err())
                .contains("the credential plugin \"no-such-plugin\"", "Install it from the shop.")
                .doesNotContain("may not");
    }

    @Test
    void saysThatTheCredentialsAreNotAccepted() throws IOException {
        var text = Files.readString(kubernetes.kubeconfigFor(store.namespace(), "forged"))
                .replaceAll("token: .*", "token: " + SECRET);
        var way = store.options(Files.writeString(folder.resolve("forged"), text));

        var check = Command.run(way, "check", "-o", "json").endsWith(ExitCode.DENIED);
        assertThat(check.detailOf("account")).contains("does not accept the credentials");
        assertThat(check.out()).doesNotContain(SECRET);
        Command.run(way, "list").endsWith(ExitCode.DENIED);
    }

    @Test
    void checksAsAProgram() {
        var check = Command.runAsProgram(store.options(), "check", "-o", "yaml");

        assertThat(check.out()).contains("check: \"store\"", "no operator has looked at this store");
        assertThat(check.err()).isEmpty();
        assertThat(check.exitCode()).isEqualTo(ExitCode.FAILED.number());
    }
}
