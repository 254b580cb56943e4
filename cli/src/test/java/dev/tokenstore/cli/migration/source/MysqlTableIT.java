package dev.tokenstore.cli.migration.source;

import static dev.tokenstore.store.token.TokenField.EXPIRES_IN;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenstore.cli.output.CommandException;
import java.sql.SQLException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// The SDKs' table on a real server that speaks MySQL's protocol.
class MysqlTableIT {
    /// The statement of the SDKs' READMEs.
    private static final String README_TABLE = """
            CREATE TABLE oauthtoken (
              id varchar(10) NOT NULL,
              user_name varchar(255),
              client_id varchar(255),
              client_secret varchar(255),
              refresh_token varchar(255),
              access_token varchar(255),
              grant_token varchar(255),
              expiry_time varchar(20),
              redirect_url varchar(255),
              api_domain varchar(255),
              primary key (id)
            )""";

    private static @Nullable MysqlServer server;

    @BeforeAll
    static void start() {
        server = MysqlServer.startOrSkip();
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @BeforeEach
    void emptyTable() throws SQLException {
        execute("DROP TABLE IF EXISTS oauthtoken", README_TABLE);
    }

    @Test
    void readsTheSdksTableInTheOrderOfItsIds() throws SQLException {
        execute(
                "INSERT INTO oauthtoken VALUES ('10', 'é 🔑, \"x\"', 'c', 's', 'fixture-secret-10', NULL, NULL,"
                        + " '1893456000000', NULL, NULL)",
                "INSERT INTO oauthtoken VALUES ('9', NULL, 'c', 's', 'fixture-secret-9', '', NULL, NULL, NULL, NULL)",
                "INSERT INTO oauthtoken VALUES ('8', 'nothing', 'c', 's', NULL, NULL, NULL, NULL, NULL, NULL)");

        var rows = read("importer", MysqlServer.PASSWORD);

        assertThat(rows.values(ID)).containsExactly("9", "10");
        assertThat(rows.values(USER_SIGNATURE)).containsExactly("-", "é 🔑, \"x\"");
        assertThat(rows.values(REFRESH_TOKEN)).containsExactly("fixture-secret-9", "fixture-secret-10");
        assertThat(rows.values(EXPIRES_IN)).containsExactly("-", "1893456000000");
        assertThat(rows.broken())
                .containsExactly("row 1: it holds no refresh, grant or access token, so it is of no use");
    }

    @Test
    void readsManyRows() throws SQLException {
        try (var connection = started().connect();
                var insert = connection.prepareStatement("INSERT INTO oauthtoken (id, refresh_token) VALUES (?, ?)")) {
            connection.setAutoCommit(false);
            for (int row = 1; row <= 3000; row++) {
                insert.setString(1, Integer.toString(row));
                insert.setString(2, "fixture-secret-" + row);
                insert.addBatch();
            }
            insert.executeBatch();
            connection.commit();
        }

        assertThat(read("importer", MysqlServer.PASSWORD).values(ID))
                .isEqualTo(IntStream.rangeClosed(1, 3000)
                        .mapToObj(Integer::toString)
                        .toList());
    }

    @Test
    void saysWhoIsNotLetIn() {
        assertThatThrownBy(() -> read("importer", "fixture-secret-wrong"))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("does not let importer in")
                .hasMessageContaining("$TOKENSTORE_MYSQL_PASSWORD");
    }

    @Test
    void saysThatNobodyAnswers() {
        var nobody = new MysqlAddress("importer", "127.0.0.1", 1, "zohooauth");

        assertThatThrownBy(() -> Rows.of(new MysqlTable(nobody, "oauthtoken", null, new MysqlTls(null, null))))
                .isInstanceOf(CommandException.class)
                .hasMessageStartingWith("cannot talk to mysql://127.0.0.1:1/zohooauth");
    }

    @Test
    void saysWhichTableIsMissing() throws SQLException {
        execute("DROP TABLE oauthtoken");

        assertThatThrownBy(() -> read("importer", MysqlServer.PASSWORD))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("table oauthtoken")
                .hasMessageContaining("--table");
    }

    @Test
    void whoMustComeEncryptedIsLetInSo() throws SQLException {
        execute("INSERT INTO oauthtoken (id, refresh_token) VALUES ('1', 'fixture-secret-r')");

        assertThat(read(new MysqlTls(MysqlTls.Mode.TRUST, null)).values(ID)).containsExactly("1");
        assertThat(read(new MysqlTls(null, started().certificate())).values(ID)).containsExactly("1");
        assertThatThrownBy(() -> read(new MysqlTls(MysqlTls.Mode.OFF, null))).isInstanceOf(CommandException.class);
    }

    @Test
    void aServerWhoseCertificateNobodyVouchesForIsNotTalkedTo() {
        assertThatThrownBy(() -> read(new MysqlTls(MysqlTls.Mode.VERIFY, null)))
                .isInstanceOf(CommandException.class)
                .hasMessageContaining("--tls");
    }

    private static Rows read(MysqlTls tls) {
        return Rows.of(new MysqlTable(address("encrypted"), "oauthtoken", MysqlServer.PASSWORD, tls));
    }

    private static Rows read(String user, String password) {
        return Rows.of(new MysqlTable(address(user), "oauthtoken", password, new MysqlTls(null, null)));
    }

    private static MysqlAddress address(String user) {
        return new MysqlAddress(user, "127.0.0.1", started().port(), "zohooauth");
    }

    private static MysqlServer started() {
        if (server == null) {
            throw new IllegalStateException("the server was not started");
        }
        return server;
    }

    private static void execute(String... statements) throws SQLException {
        try (var connection = started().connect();
                var statement = connection.createStatement()) {
            for (var each : statements) {
                statement.execute(each);
            }
        }
    }
}
