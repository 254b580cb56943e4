package dev.tokenstore.store.sqlite;

import static dev.tokenstore.store.token.TokenField.EXPIRES_IN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.store.StoreSettings;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.embedded.CleanupContract;
import dev.tokenstore.store.embedded.CleanupListener;
import dev.tokenstore.store.embedded.EmbeddedCleanup;
import dev.tokenstore.store.embedded.MachineClock;
import dev.tokenstore.store.embedded.RecordedCleanup;
import dev.tokenstore.store.embedded.TestMachine;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The cleanup of a file, which other processes write to.
class SqliteCleanupTest implements CleanupContract {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final StoreSettings ONE_HOUR = CleanupContract.settings(null, "1h", null);
    private static final Duration SOON = Duration.ofMillis(100);

    private final TestMachine machine = new TestMachine();
    private final RecordedCleanup cleanup = new RecordedCleanup();

    @TempDir
    Path directory;

    @Override
    public Opened open(StoreSettings settings, MachineClock clock, CleanupListener listener) {
        var path = directory.resolve(UUID.randomUUID() + ".db");
        var storage = SqliteTokenStorage.open(path, settings, clock, RANDOM, row -> {}, listener);
        var store = new TokenStore(storage, storage, storage.uses(), RANDOM);
        return new Opened(store, storage.overdueRows(), storage::writeUse);
    }

    private Opened open(MachineClock clock) {
        var file = SqliteFile.open(path(), RANDOM);
        var storage = new SqliteTokenStorage(file, StoreSettings.KEEP_EVERYTHING, clock, RANDOM, row -> {}, cleanup);
        var store = new TokenStore(storage, storage, storage.uses(), RANDOM);
        return new Opened(store, storage.overdueRows(), storage::writeUse);
    }

    @Test
    void anExpiryThatWasEditedIntoNonsenseIsNotKnown() throws SQLException {
        try (var opened = open(machine.clock())) {
            opened.store().save(CleanupContract.access("edited").with(EXPIRES_IN, "1893456000000"));
            execute("UPDATE token SET expires_in = CAST('gestern' AS BLOB) WHERE sequence = 1");

            var expiries = new ArrayList<Boolean>();
            opened.rows().forEach(machine.now(), (row, facts) -> expiries.add(facts.accessExpiry() != null));

            assertThat(expiries).containsExactly(false);
        }
    }

    @Test
    void deletesThousandsInPortions() throws SQLException {
        try (var opened = open(machine.clock());
                var running = cleanup(opened)) {
            execute("""
                    INSERT INTO token (nonce, counter, created_at, updated_at, user_since, id, access_token)
                    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
                    SELECT 'n' || i, 1, 0, 0, 0, CAST('id-' || i AS BLOB), x'41' FROM n""");

            running.start();
            await().until(() -> !cleanup.deletions().isEmpty());

            assertThat(cleanup.deletions()).containsExactly(Map.of(EndReason.TOO_OLD, 5000));
            assertThat(opened.store().list(0, "").tokens()).isEmpty();
        }
    }

    @Test
    void noticesWhatAnotherProcessWrote() {
        var real = new MachineClock(InstantSource.system());
        var oneSecond = CleanupContract.settings(null, "1s", null);
        try (var opened = open(real);
                var running = new EmbeddedCleanup(opened.rows(), oneSecond.retention(), real, SOON, cleanup);
                var another = open(real)) {
            running.start();

            another.store().save(CleanupContract.access("of another process"));

            await().until(() -> !cleanup.deletions().isEmpty());
            assertThat(another.store().list(0, "").tokens()).isEmpty();
        }
    }

    @Test
    void aFileThatIsLockedForLongIsToldAndTriedAgain() throws SQLException {
        var clock = machine.clock();
        try (var opened = open(clock);
                var connection = DriverManager.getConnection("jdbc:sqlite:" + path());
                var statement = connection.createStatement();
                var running = new EmbeddedCleanup(opened.rows(), ONE_HOUR.retention(), clock, SOON, cleanup)) {
            opened.store().save(CleanupContract.access("old"));
            machine.pass(Duration.ofHours(1));
            statement.execute("BEGIN IMMEDIATE");
            running.start();
            await().until(() -> !cleanup.failures().isEmpty());
            statement.execute("ROLLBACK");

            machine.pass(Duration.ofMinutes(1));

            await().until(() -> !cleanup.deletions().isEmpty());
        }
    }

    private EmbeddedCleanup cleanup(Opened opened) {
        return new EmbeddedCleanup(opened.rows(), ONE_HOUR.retention(), machine::now, SOON, cleanup);
    }

    private Path path() {
        return directory.resolve("tokens.db");
    }

    private void execute(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + path());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
