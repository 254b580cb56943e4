package dev.tokenstore.cli.migration;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.CLIENT_ID;
import static dev.tokenstore.store.token.TokenField.EXPIRES_IN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.cli.migration.ImportedStore.Way;
import dev.tokenstore.cli.migration.source.MysqlAddress;
import dev.tokenstore.cli.migration.source.MysqlServer;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import dev.tokenstore.testing.KubernetesForTests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `tokenstore import` against stores of a real API server, through a sidecar and directly.
class ImportIT {
    private static final Path FIXTURES = Path.of("src/test/resources/migration");
    private static final String HEADER = "id,user_name,client_id,client_secret,refresh_token,access_token,grant_token,"
            + "expiry_time,redirect_url,api_domain";

    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    @TempDir
    private Path folder = Path.of(".");

    @ParameterizedTest
    @EnumSource
    void firstADryRunThenTheTokensThenNothingToDo(Way way) {
        try (var store = new ImportedStore(kubernetes, way, folder)) {
            var dry = store.run(FIXTURES.resolve("python.csv"), "--dry-run").done();
            assertThat(dry.out()).contains("line 2", "line 8").contains("6 rows", "6 would be created");
            assertThat(store.ids()).isEmpty();

            var first = store.run(FIXTURES.resolve("python.csv")).done();
            assertThat(first.out()).contains("6 rows", "6 created").doesNotContain("line 2");
            assertThat(store.ids()).containsExactlyInAnyOrder("1", "2", "3", "4", "5", "77");
            var bob = store.tokens()
                    .find(TokenFields.of(Map.of(USER_SIGNATURE, "bob@example.com", CLIENT_ID, "client-2")));
            assertThat(bob.orElseThrow().fields().get(ACCESS_TOKEN).map(SecretValue::reveal))
                    .contains("1000.fixture-secret-access-bob-2");

            var again = store.run(FIXTURES.resolve("python.csv"), "--rows", "--output", "json")
                    .done();
            assertThat(again.out())
                    .contains("\"unchanged\" : 6", "\"created\" : 0")
                    .contains("all of it is in the stored token");
            assertThat(store.secrets()).isEqualTo(6);
            assertNoSecret(dry, first, again);
        }
    }

    @ParameterizedTest
    @EnumSource
    void brokenRowsAreSkippedAndNamed(Way way) {
        try (var store = new ImportedStore(kubernetes, way, folder)) {
            var result = store.run(FIXTURES.resolve("node.csv"));

            assertThat(result.exitCode()).isEqualTo(6);
            assertThat(result.out())
                    .contains("line 7", "line 8", "line 9", "line 11", "line 12", "6 created", "5 skipped");
            assertThat(store.ids()).containsExactlyInAnyOrder("1", "2", "3", "4", "5", "77");
            assertNoSecret(result);
        }
    }

    @ParameterizedTest
    @EnumSource
    void anIdThatTheSourceGaveTwiceIsResolvedAndMapped(Way way) throws IOException {
        var source = csv(
                "1,alice,c,s-fixture-secret,r-fixture-secret-1,a-fixture-secret-1,,2000,,",
                "1,bob,c,s-fixture-secret,r-fixture-secret-2,a-fixture-secret-2,,2000,,",
                "2,alice,c,s-fixture-secret,r-fixture-secret-3,a-fixture-secret-3,,3000,,");
        try (var store = new ImportedStore(kubernetes, way, folder)) {
            var mapping = folder.resolve("mapping.csv");
            var result =
                    store.run(source, "--mapping", mapping.toString(), "--rows").done();

            assertThat(result.out())
                    .contains("with a new id: its id is taken by line 2")
                    .contains("newer than the token of line 2");
            assertThat(store.ids()).hasSize(2).contains("1");
            assertThat(accessTokenOf(store, "alice")).isEqualTo("a-fixture-secret-3");
            var lines = Files.readAllLines(mapping);
            assertThat(lines).hasSize(3);
            assertThat(lines.get(1)).startsWith("line 3,1,tok-");
            assertThat(lines.get(2)).isEqualTo("line 4,2,1");
            assertThat(Files.getPosixFilePermissions(mapping)).hasSize(2);

            var again = folder.resolve("mapping-again.csv");
            store.run(source, "--mapping", again.toString()).done();
            assertThat(Files.readAllLines(again)).isEqualTo(lines);
            assertThat(store.secrets()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @EnumSource
    void importedAgainLateWritesOfTheSourceComeOverAndNewerTokensStay(Way way) throws IOException {
        var source = csv(
                "1,alice,c,s-fixture-secret,r-fixture-secret-1,a-fixture-secret-1,,2000,,",
                "2,bob,c,s-fixture-secret,r-fixture-secret-2,a-fixture-secret-2,,2000,,",
                "3,,c,s-fixture-secret,r-fixture-secret-3,a-fixture-secret-3,,2000,,");
        try (var store = new ImportedStore(kubernetes, way, folder)) {
            store.run(source).done();
            store.tokens()
                    .save(TokenFields.of(Map.of(
                            TokenField.ID, "2", ACCESS_TOKEN, "a-fixture-secret-refreshed", EXPIRES_IN, "9000")));
            var later = csv(
                    "1,alice,c,s-fixture-secret,r-fixture-secret-1,a-fixture-secret-late,,8000,,",
                    "2,bob,c,s-fixture-secret,r-fixture-secret-2,a-fixture-secret-late,,8000,,",
                    "3,,c,s-fixture-secret,r-fixture-secret-3,a-fixture-secret-late,,8000,,");

            var result = store.run(later).done();

            assertThat(result.out()).contains("2 updated", "1 kept");
            assertThat(accessTokenOf(store, "alice")).isEqualTo("a-fixture-secret-late");
            assertThat(accessTokenOf(store, "bob")).isEqualTo("a-fixture-secret-refreshed");
            assertThat(store.tokens()
                            .findById(new TokenId("3"))
                            .orElseThrow()
                            .fields()
                            .get(ACCESS_TOKEN)
                            .map(SecretValue::reveal))
                    .contains("a-fixture-secret-late");
        }
    }

    /// Without the primary key that the SDKs' READMEs give it, for with it their stores fail from the eleventh token
    /// on: they take ids for text when they look for the highest one, so after 9 and 10 comes 10 again.
    @Test
    void aMysqlTableIsImportedWithThePasswordOfTheEnvironment() throws SQLException {
        try (var server = MysqlServer.startOrSkip();
                var store = new ImportedStore(kubernetes, Way.CLUSTER, folder)) {
            try (var connection = server.connect();
                    var statement = connection.createStatement()) {
                statement.execute("CREATE TABLE oauthtoken (id varchar(10) NOT NULL, user_name varchar(255), client_id"
                        + " varchar(255), client_secret varchar(255), refresh_token varchar(255), access_token"
                        + " varchar(255), grant_token varchar(255), expiry_time varchar(20), redirect_url varchar(255),"
                        + " api_domain varchar(255))");
                for (int number = 1; number <= 13; number++) {
                    statement.execute(
                            "INSERT INTO oauthtoken VALUES ('%d', 'user-%d', 'c', 's', 'r-fixture-secret-%d', NULL, NULL, NULL, NULL, NULL)"
                                    .formatted(Math.min(number, 10), number, number));
                }
            }
            var address = "mysql://importer@127.0.0.1:" + server.port() + "/zohooauth";

            var refused = store.run(address, Map.of(MysqlAddress.PASSWORD_VARIABLE, "fixture-secret-wrong"));
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.err()).contains("does not let importer in");

            var result = store.run(address, Map.of(MysqlAddress.PASSWORD_VARIABLE, MysqlServer.PASSWORD))
                    .done();
            assertThat(result.out()).contains("13 created", "3 of them under another id");
            assertThat(store.ids()).hasSize(13).doesNotHaveDuplicates().contains("1", "10");
            assertNoSecret(refused, result);
        }
    }

    @Test
    void aSqliteFileIsRecognised() throws SQLException {
        var file = folder.resolve("tokens.db");
        try (var database = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = database.createStatement()) {
            statement.execute("CREATE TABLE tokens (id TEXT, user_name TEXT, refresh_token TEXT, access_token TEXT)");
            statement.execute("INSERT INTO tokens VALUES ('1', 'alice', 'r-fixture-secret', NULL)");
        }
        try (var store = new ImportedStore(kubernetes, Way.CLUSTER, folder)) {
            assertThat(store.run(file, "--table", "tokens").done().out()).contains("1 created");
            assertThat(store.ids()).containsExactly("1");
        }
    }

    @Test
    void withNewIdsNoTokenKeepsItsOwn() throws IOException {
        var source = csv(
                "1,alice,c,s-fixture-secret,r-fixture-secret-1,a-fixture-secret-1,,2000,,",
                "2,,c,s-fixture-secret,r-fixture-secret-2,a-fixture-secret-2,,2000,,");
        try (var store = new ImportedStore(kubernetes, Way.CLUSTER, folder)) {
            store.run(source, "--new-ids").done();
            assertThat(store.ids()).hasSize(2).allMatch(id -> id.startsWith("tok-"));

            assertThat(store.run(source, "--new-ids").done().out()).contains("2 unchanged");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {300, 2200})
    void killedInTheMiddleTheSameImportGoesOn(int secrets) throws Exception {
        var source = csv(IntStream.range(0, 3000)
                .mapToObj(number -> "%d,%s,c,s-fixture-secret,r-fixture-secret-%d,a-fixture-secret-%d,,2000,,"
                        .formatted(number, number % 3 == 0 ? "" : "user-" + number, number, number))
                .toArray(String[]::new));
        try (var store = new ImportedStore(kubernetes, Way.CLUSTER, folder)) {
            var killed = store.start(source);
            await().pollInterval(Duration.ofMillis(50))
                    .atMost(Duration.ofMinutes(2))
                    .until(() -> store.secrets() >= secrets);
            killed.kill();
            assertThat(store.ids()).as("it did not get through").hasSizeLessThan(3000);

            var result = store.run(source);

            assertThat(result.exitCode()).as(result.err()).isZero();
            assertThat(store.ids()).hasSize(3000).doesNotHaveDuplicates();
            assertThat(new HashSet<>(store.withoutIds())).hasSize(3000);
            assertThat(store.secrets())
                    .as("nothing is left of the one that was killed")
                    .isEqualTo(3000);
        }
    }

    @Test
    void savesOfTheSameTokensThroughASidecarMeanwhileMakeNoTwins() throws IOException {
        var rows = IntStream.range(0, 200)
                .mapToObj(number -> "%d,user-%d,c,s-fixture-secret,r-fixture-secret-%d,a-fixture-secret-%d,,2000,,"
                        .formatted(number, number, number, number))
                .toList();
        try (var store = new ImportedStore(kubernetes, Way.CLUSTER, folder)) {
            var running = store.start(csv(rows.toArray(String[]::new)));
            for (int number = 0; number < 200; number += 5) {
                store.tokens()
                        .save(TokenFields.of(Map.of(
                                USER_SIGNATURE, "user-" + number,
                                CLIENT_ID, "c",
                                ACCESS_TOKEN, "a-fixture-secret-newer",
                                EXPIRES_IN, "9000")));
            }
            var result = running.result();

            assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
            assertThat(store.secrets()).isEqualTo(200);
            for (int number = 0; number < 200; number += 5) {
                assertThat(accessTokenOf(store, "user-" + number)).isEqualTo("a-fixture-secret-newer");
            }
        }
    }

    @Test
    void aStoreThatIsNotThereIsNamed() throws IOException {
        var result = ImportProcess.start(
                        folder,
                        Map.of(),
                        List.of(
                                FIXTURES.resolve("java.csv").toString(),
                                "--store",
                                kubernetes.namespace() + "/none",
                                "--kubeconfig",
                                kubernetes.kubeconfigFile().toString()))
                .result();

        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.err()).contains("there is no OAuthTokenStore none");
    }

    private static String accessTokenOf(ImportedStore store, String user) {
        return store.tokens()
                .find(TokenFields.of(Map.of(USER_SIGNATURE, user)))
                .flatMap(row -> row.fields().get(ACCESS_TOKEN))
                .map(SecretValue::reveal)
                .orElseThrow();
    }

    private static void assertNoSecret(ImportProcess.Result... results) {
        for (var result : results) {
            assertThat(result.out() + result.err()).doesNotContain("fixture-secret");
        }
    }

    private Path csv(String... rows) throws IOException {
        var text = HEADER + "\r\n" + String.join("\r\n", rows) + "\r\n";
        return Files.writeString(Files.createTempFile(folder, "tokens", ".csv"), text);
    }
}
