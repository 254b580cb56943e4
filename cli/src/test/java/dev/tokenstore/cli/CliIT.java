package dev.tokenstore.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.cli.output.ExitCode;
import dev.tokenstore.client.TokenRecord;
import dev.tokenstore.client.TokenStoreClient;
import dev.tokenstore.client.TokenStoreException;
import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.product.SidecarProcess;
import dev.tokenstore.testing.product.TestStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The commands on a real API server, in both ways to a store: through the shipped sidecar, and directly.
class CliIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private static final String SECRET = "fixture-secret-of-the-cli";
    private static final String IN_AN_HOUR =
            Long.toString(System.currentTimeMillis() + Duration.ofHours(1).toMillis());

    @TempDir
    static Path folder;

    private static TestStore store;
    private static SidecarProcess sidecar;
    private static TokenStoreClient client;

    @BeforeAll
    static void start() {
        store = TestStore.create(kubernetes, "{}");
        sidecar = SidecarProcess.ready(store);
        client = TokenStoreClient.connect(sidecar.address());
    }

    @AfterAll
    static void stop() {
        client.close();
        sidecar.close();
    }

    @BeforeEach
    void empty() {
        client.deleteTokens();
    }

    static Stream<List<String>> bothWays() {
        return Stream.of(sidecar.options(), store.options());
    }

    private static TokenRecord alice() {
        return client.saveToken(TokenRecord.builder()
                .userSignature("alice")
                .clientId("1000.C")
                .clientSecret(SECRET + "-client")
                .refreshToken(SECRET + "-refresh")
                .accessToken(SECRET + "-access")
                .expiresIn(IN_AN_HOUR)
                .build());
    }

    private static String idOf(TokenRecord token) {
        return token.id().orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("bothWays")
    void listsAndShowsTokensWithoutTheirSecrets(List<String> way) {
        var alice = alice();

        var list = Command.run(way, "list").endsWith(ExitCode.OK);
        assertThat(list.out())
                .contains("ID ", idOf(alice), "alice", "1000.C", "valid, ")
                .doesNotContain(SECRET);
        var show = Command.run(way, "show", idOf(alice)).endsWith(ExitCode.OK);
        assertThat(show.out()).contains("<redacted>").doesNotContain(SECRET);
        var json = Command.run(way, "list", "-o", "json").endsWith(ExitCode.OK).json();
        assertThat(json).hasSize(1);
        assertThat(json.get(0).get("refresh_token").asText()).isEqualTo("<redacted>");
        assertThat(json.get(0).get("version").asText())
                .isEqualTo(alice.version().orElseThrow());
        assertThat(Command.run(way, "show", "--user", "alice", "-o", "json", "--reveal")
                        .endsWith(ExitCode.OK)
                        .json()
                        .get("refresh_token")
                        .asText())
                .isEqualTo(SECRET + "-refresh");
    }

    @ParameterizedTest
    @MethodSource("bothWays")
    void saysWhereThereIsNothing(List<String> way) {
        var list = Command.run(way, "list").endsWith(ExitCode.OK);
        assertThat(list.out()).isEmpty();
        assertThat(list.err()).startsWith("There are no tokens in ");
        assertThat(Command.run(way, "list", "-o", "json").endsWith(ExitCode.OK).json())
                .isEmpty();
        assertThat(Command.run(way, "show", "unknown")
                        .endsWith(ExitCode.NOT_FOUND)
                        .err())
                .startsWith("tokenstore: there is no such token in ")
                .doesNotContain("unknown");
        Command.run(way, "show", "--user", "nobody").endsWith(ExitCode.NOT_FOUND);
        Command.run(way, "expire", "unknown").endsWith(ExitCode.NOT_FOUND);
        Command.run(way, "delete", "unknown", "--yes").endsWith(ExitCode.NOT_FOUND);
    }

    @ParameterizedTest
    @MethodSource("bothWays")
    void expiresTheAccessTokenAndKeepsEverythingElse(List<String> way) {
        var before = alice();

        var expire = Command.run(way, "expire", idOf(before)).endsWith(ExitCode.OK);

        var after = client.findTokenById(idOf(before));
        assertThat(Long.parseLong(after.expiresIn().orElseThrow())).isLessThan(System.currentTimeMillis());
        for (var field : TokenRecord.Field.values()) {
            if (field != TokenRecord.Field.EXPIRES_IN) {
                assertThat(after.get(field)).as(field.key()).isEqualTo(before.get(field));
            }
        }
        assertThat(expire.out()).contains("expired 6").doesNotContain(SECRET);
        assertThat(expire.err()).isEqualTo("Done: SDKs renew its access token at their next call.\n");
        assertThat(Command.run(way, "expire", idOf(before))
                        .endsWith(ExitCode.OK)
                        .err())
                .startsWith("Nothing to do");
        assertThat(client.findTokenById(idOf(before))).isEqualTo(after);
    }

    @ParameterizedTest
    @MethodSource("bothWays")
    void warnsWhereNothingCouldRenewWhatItExpires(List<String> way) {
        var token = client.saveToken(
                TokenRecord.builder().accessToken(SECRET + "-lone").build());

        var expire = Command.run(way, "expire", idOf(token)).endsWith(ExitCode.OK);

        assertThat(expire.err()).contains("Warning: nothing is stored that could renew it");
        assertThat(client.findTokenById(idOf(token)).expiresIn()).isPresent();
    }

    @ParameterizedTest
    @MethodSource("bothWays")
    void deletesATokenOrAllAndOnlyAfterAYes(List<String> way) {
        var alice = alice();
        client.saveToken(TokenRecord.builder().accessToken(SECRET + "-other").build());

        assertThat(Command.run(way, "delete", idOf(alice))
                        .endsWith(ExitCode.USAGE)
                        .err())
                .contains("of user alice", "give --yes");
        Command.run(way, "delete", "--all").endsWith(ExitCode.USAGE);
        assertThat(client.getTokens()).hasSize(2);

        assertThat(Command.run(way, "delete", idOf(alice), "--yes")
                        .endsWith(ExitCode.OK)
                        .out())
                .isEqualTo("Token " + idOf(alice) + " deleted. It was not revoked at the provider.\n");
        assertThat(client.getTokens()).hasSize(1);
        assertThat(Command.run(way, "delete", "--all", "--yes")
                        .endsWith(ExitCode.OK)
                        .out())
                .startsWith("1 token deleted.");
        assertThat(client.getTokens()).isEmpty();
    }

    @Test
    void anAdministratorWhoLooksDoesNotProlongASession() throws Exception {
        var strict = TestStore.create(kubernetes, "{sessionTimeout: 10s}");
        var way = strict.options();
        try (var serving = SidecarProcess.ready(strict);
                var app = TokenStoreClient.connect(serving.address())) {
            var id =
                    idOf(app.saveToken(TokenRecord.builder().accessToken(SECRET).build()));

            await().atMost(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(500))
                    .until(() -> {
                        Command.run(way, "show", id);
                        try {
                            return app.getTokens()
                                    .noneMatch(token -> token.id().orElseThrow().equals(id));
                        } catch (TokenStoreException e) {
                            return false;
                        }
                    });
        }
    }

    @Test
    void refusesCommandLinesThatMakeNoSense() throws IOException {
        assertUsage("give one of them", "list", "--address", sidecar.address(), "--store", "a/b");
        assertUsage("need --store", "list", "-n", "a");
        assertUsage("HOST:PORT", "list", "--address", "nowhere");
        assertUsage("names no store", "list", "--store", "a/b/c", "--kubeconfig", "" + kubernetes.kubeconfigFile());
        assertUsage("cannot read the kubeconfig", "list", "--store", "a/b", "--kubeconfig", "" + folder.resolve("no"));
        var broken = Files.writeString(folder.resolve("broken"), "users: {" + SECRET);
        var empty = Files.writeString(folder.resolve("empty"), "apiVersion: v1\nkind: Config\n");
        assertUsage("has no current context", "list", "--store", "a/b", "--kubeconfig", "" + empty);
        assertUsage("is malformed", "list", "--store", "a/b", "--kubeconfig", "" + broken);
        assertUsage(
                "has no context",
                "list",
                "--store",
                "a/b",
                "--context",
                "x",
                "--kubeconfig",
                "" + kubernetes.kubeconfigFile());
        assertUsage("give either the id", "show", "--address", sidecar.address());
        assertUsage("give either the id", "show", "1", "--user", "a", "--address", sidecar.address());
        assertUsage("or --all", "delete", "--address", sidecar.address());
        assertUsage("or --all", "delete", "1", "--all", "--address", sidecar.address());
        assertUsage("--help lists all options", "list", "--nonsense");
        assertUsage("--help lists all options", "list", "-o", "xml");
        assertUsage("subcommand");
    }

    private static void assertUsage(String part, String... args) {
        var command = Command.run(List.of(), args).endsWith(ExitCode.USAGE);
        assertThat(command.err()).startsWith("tokenstore: ").contains(part).doesNotContain(SECRET, "Exception");
        assertThat(command.out()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("bothWays")
    void runsAsAProgram(List<String> way) {
        alice();
        var list = Command.runAsProgram(way, "list");

        assertThat(list.out()).contains("alice").doesNotContain(SECRET);
        assertThat(list.err()).isEmpty();
        assertThat(list.exitCode()).isZero();
    }
}
