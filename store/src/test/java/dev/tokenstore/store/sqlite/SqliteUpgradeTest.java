package dev.tokenstore.store.sqlite;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.token.GeneratedIds;
import dev.tokenstore.store.token.TokenFields;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A file that the first schema was made for.
class SqliteUpgradeTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final String IDENTITY = "aaaabbbbccccddddeeeeffffgggghhhh";
    private static final TokenFields ALICE = TokenFields.NONE.with(USER_SIGNATURE, "alice");

    private static final String[] FIRST_SCHEMA = {
        "PRAGMA journal_mode = WAL",
        "CREATE TABLE meta (schema_version INTEGER NOT NULL, identity TEXT NOT NULL, last_stamp INTEGER NOT NULL)"
                + " STRICT",
        "CREATE TABLE token (sequence INTEGER PRIMARY KEY AUTOINCREMENT, nonce TEXT NOT NULL, counter INTEGER NOT NULL,"
                + " created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, user_since INTEGER NOT NULL,"
                + " id BLOB NOT NULL, user_signature BLOB, client_id BLOB, client_secret BLOB, redirect_url BLOB,"
                + " grant_token BLOB, refresh_token BLOB, access_token BLOB, api_domain BLOB, expires_in BLOB) STRICT",
        "CREATE UNIQUE INDEX token_by_id ON token (id)",
        "CREATE INDEX token_by_user_signature ON token (user_signature) WHERE user_signature IS NOT NULL",
        "CREATE INDEX token_by_refresh_token ON token (refresh_token) WHERE refresh_token IS NOT NULL",
        "CREATE INDEX token_by_grant_token ON token (grant_token) WHERE grant_token IS NOT NULL",
        "CREATE INDEX token_by_access_token ON token (access_token) WHERE access_token IS NOT NULL",
        "INSERT INTO meta VALUES (1, '" + IDENTITY + "', 1893499200000000000)",
        "INSERT INTO token (nonce, counter, created_at, updated_at, user_since, id, user_signature, access_token)"
                + " VALUES ('nonce', 7, 1893499100000000000, 1893499200000000000, 1893499100000000000,"
                + " CAST('chosen' AS BLOB), CAST('alice' AS BLOB), CAST('fixture-secret-access' AS BLOB))",
    };

    private final TestMachine machine = new TestMachine();

    @TempDir
    Path directory;

    @BeforeEach
    void makeAFileOfTheFirstSchema() throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                var statement = connection.createStatement()) {
            for (var sql : FIRST_SCHEMA) {
                statement.execute(sql);
            }
        }
    }

    @Test
    void keepsItsRowsTheirVersionsAndItsIdentity() {
        try (var store = open(EmbeddedPolicy.keepingEverything())) {
            var alice = store.find(ALICE).orElseThrow();

            assertThat(alice.version()).isEqualTo("nonce.7");
            assertThat(alice.fields()).isEqualTo(ALICE.with(ID, "chosen").with(ACCESS_TOKEN, "fixture-secret-access"));
            assertThat(alice.createTime()).isEqualTo(SqliteRow.moment(1893499100000000000L));
            assertThat(alice.lastActive()).isEqualTo(alice.updateTime());
            var ids = new GeneratedIds(IDENTITY, RANDOM);
            assertThat(store.save(ALICE.with(ID, ids.next(ids.randomPlace()))))
                    .isEqualTo(new SaveResult.TokenDeleted());
            assertThat(store.saveIfVersion(ALICE.with(ACCESS_TOKEN, "fixture-secret-new"), "nonce.7"))
                    .isInstanceOf(SaveResult.Saved.class);
        }
        try (var again = open(EmbeddedPolicy.keepingEverything())) {
            assertThat(again.find(ALICE)).map(StoredToken::version).hasValue("nonce.8");
        }
    }

    @Test
    void itsSessionsBeginWithTheFirstTimeoutHoweverLongItsRowsWereNotSaved() {
        machine.pass(Duration.ofDays(100));
        var spec = new OAuthTokenStoreSpec("10h", null, null, null, null, null, null);
        try (var store = open(new EmbeddedPolicy(RetentionPolicy.of(spec), Optional.empty()))) {
            machine.pass(Duration.ofHours(10));
            assertThat(store.list(0, "").tokens()).hasSize(1);
            machine.pass(Duration.ofHours(1));
            assertThat(store.list(0, "").tokens()).isEmpty();
        }
    }

    @Test
    void isUpgradedOnceHoweverManyOpenIt() throws InterruptedException {
        var failures = new ConcurrentLinkedQueue<Throwable>();
        var threads = new ArrayList<Thread>();
        for (var i = 0; i < 8; i++) {
            threads.add(Thread.ofPlatform()
                    .uncaughtExceptionHandler((thread, failure) -> failures.add(failure))
                    .start(() -> open(EmbeddedPolicy.keepingEverything()).close()));
        }
        for (var thread : threads) {
            thread.join();
        }

        assertThat(failures).isEmpty();
    }

    @Test
    void goesOnBeingWrittenByAProgramOfTheFirstSchemaThatHasItOpen() throws SQLException {
        try (var old = DriverManager.getConnection("jdbc:sqlite:" + file());
                var update = old.prepareStatement("UPDATE token SET counter = counter + 1, updated_at = ?")) {
            update.setLong(1, 1893499300000000000L);
            assertThat(update.executeUpdate()).isEqualTo(1);

            try (var store = open(EmbeddedPolicy.keepingEverything())) {
                assertThat(update.executeUpdate()).isEqualTo(1);
                assertThat(store.find(ALICE)).map(StoredToken::version).hasValue("nonce.9");
            }
        }
    }

    private TokenStore open(EmbeddedPolicy policy) {
        var clock = machine.clock();
        var storage = SqliteTokenStorage.open(file(), policy, clock, RANDOM, row -> {}, new RecordedCleanup());
        return new TokenStore(storage, clock, RANDOM);
    }

    private Path file() {
        return directory.resolve("tokens.db");
    }
}
