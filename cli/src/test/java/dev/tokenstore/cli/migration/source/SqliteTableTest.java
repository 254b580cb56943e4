package dev.tokenstore.cli.migration.source;

import static dev.tokenstore.store.token.TokenField.EXPIRES_IN;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenstore.cli.output.CommandException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The custom store on SQLite of the SDKs' samples.
class SqliteTableTest {
    /// The statement of the Python SDK's sample.
    private static final String SAMPLE_TABLE =
            "CREATE TABLE oauthtoken (id varchar(10) NOT NULL,user_name varchar(255),"
                    + " client_id varchar(255), client_secret varchar(255), refresh_token varchar(255), access_token"
                    + " varchar(255), grant_token varchar(255), expiry_time varchar(20), redirect_url varchar(255), api_domain"
                    + " varchar(255), primary key (id))";

    @TempDir
    private Path folder = Path.of(".");

    @Test
    void readsTheSamplesTableInTheOrderInWhichItWasFilled() throws SQLException {
        try (var database = database(SAMPLE_TABLE)) {
            insert(database, "10", "bob", "fixture-secret-b", 1893456000000L);
            insert(database, "9", null, "fixture-secret-'quoted', \"é\"\n", null);
        }

        var rows = read("oauthtoken");

        assertThat(rows.values(ID)).containsExactly("10", "9");
        assertThat(rows.values(USER_SIGNATURE)).containsExactly("bob", "-");
        assertThat(rows.values(REFRESH_TOKEN)).containsExactly("fixture-secret-b", "fixture-secret-'quoted', \"é\"\n");
        assertThat(rows.values(EXPIRES_IN)).containsExactly("1893456000000", "-");
        assertThat(rows.readable().stream().map(SourceRow::location).toList()).containsExactly("row 1", "row 2");
        assertThat(rows.stayed()).isTrue();
    }

    @Test
    void readsMoreRowsThanOneQueryReturns() throws SQLException {
        try (var database = database(SAMPLE_TABLE)) {
            database.setAutoCommit(false);
            for (int row = 0; row < 1234; row++) {
                insert(database, Integer.toString(row), null, "fixture-secret-" + row, null);
            }
            database.commit();
        }

        assertThat(read("oauthtoken").values(ID))
                .isEqualTo(IntStream.range(0, 1234).mapToObj(Integer::toString).toList());
    }

    @Test
    void anAppThatWritesIsNotKeptWaitingAndIsNoticed() throws SQLException {
        try (var database = database(SAMPLE_TABLE)) {
            insert(database, "1", "alice", "fixture-secret-a", null);

            var stayed = new SqliteTable(file(), "oauthtoken").read(row -> rewrite(database));

            assertThat(stayed).isFalse();
        }
    }

    private static void rewrite(Connection database) {
        try (var statement = database.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 0");
            statement.execute("UPDATE oauthtoken SET access_token = 'fixture-secret-new'");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void rowsWithoutACredentialAreReported() throws SQLException {
        try (var database = database(SAMPLE_TABLE)) {
            insert(database, "1", "alice", null, null);
        }

        assertThat(read("oauthtoken").broken())
                .isEqualTo(List.of("row 1: it holds no refresh, grant or access token, so it is of no use"));
    }

    @Test
    void anotherTableCanBeNamedWhateverItsName() throws SQLException {
        try (var database = database(SAMPLE_TABLE.replace("oauthtoken", "\"odd \"\" name\""));
                var statement = database.createStatement()) {
            statement.execute("INSERT INTO \"odd \"\" name\" (id, refresh_token) VALUES ('1', 'fixture-secret-r')");
        }

        assertThat(read("odd \" name").values(ID)).containsExactly("1");
        assertThatThrownBy(() -> read("oauthtoken"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("--table");
    }

    @Test
    void theTableOfTheFirstSdksIsReadAndAnotherOneIsRefusedWithItsColumns() throws SQLException {
        try (var database = database("CREATE TABLE oauthtokens (useridentifier varchar(100), accesstoken varchar(100),"
                        + " refreshtoken varchar(100), expirytime bigint)");
                var statement = database.createStatement()) {
            statement.execute(
                    "INSERT INTO oauthtokens VALUES ('old', 'fixture-secret-a', 'fixture-secret-r', 1893456000000)");
            statement.execute("CREATE TABLE people (name varchar(100), age int)");
        }

        assertThat(read("oauthtokens").values(EXPIRES_IN)).containsExactly("1893456000000");
        assertThatThrownBy(() -> read("people"))
                .hasMessage("table people of " + file() + " has no columns named access_token and refresh_token, or"
                        + " accesstoken and refreshtoken; name an SDK's table with --table; this one has [name, age]");
    }

    private Rows read(String table) {
        return Rows.of(new SqliteTable(file(), table));
    }

    private Path file() {
        return folder.resolve("tokens.db");
    }

    private Connection database(String table) throws SQLException {
        var database = DriverManager.getConnection("jdbc:sqlite:" + file());
        try (var statement = database.createStatement()) {
            statement.execute(table);
        }
        return database;
    }

    private static void insert(
            Connection database,
            @Nullable String id,
            @Nullable String user,
            @Nullable String refresh,
            @Nullable Long expiry)
            throws SQLException {
        try (var statement = database.prepareStatement(
                "INSERT INTO oauthtoken (id, user_name, refresh_token, expiry_time) VALUES (?, ?, ?, ?)")) {
            statement.setString(1, id);
            statement.setString(2, user);
            statement.setString(3, refresh);
            statement.setObject(4, expiry);
            statement.executeUpdate();
        }
    }
}
