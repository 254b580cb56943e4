package dev.tokenstore.store.sqlite;

import dev.tokenstore.runtime.Backoff;
import dev.tokenstore.runtime.Timeout;
import dev.tokenstore.store.token.GeneratedIds;
import dev.tokenstore.store.token.TokenField;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;

/// The SQLite file of a store: its schema, and one connection to it that does one piece of work at a time.
///
/// Any number of processes may have the file open. Thread-safe.
final class SqliteFile implements AutoCloseable {
    private static final int SCHEMA_VERSION = 2;
    private static final Duration BUSY_TIMEOUT = Duration.ofSeconds(5);

    private final Path path;
    private final @Nullable Object fileKey;
    private final Connection connection;
    private final ReentrantLock lock = new ReentrantLock();
    private String identity = "";
    private boolean closed;

    private SqliteFile(Path path, Connection connection) throws IOException {
        this.path = path;
        this.fileKey = fileKeyOf(path);
        this.connection = connection;
    }

    /// Opens the file, and makes it first where there is none.
    static SqliteFile open(Path file, RandomGenerator random) {
        var path = file.toAbsolutePath();
        try {
            PrivateFile.prepare(path);
            var opened = new SqliteFile(path, connect(path));
            try {
                opened.prepare(random);
                return opened;
            } catch (SQLException | RuntimeException e) {
                opened.close();
                throw e;
            }
        } catch (IOException e) {
            throw SqliteFailure.of(path, e);
        } catch (SQLException e) {
            throw SqliteFailure.of(path, e);
        }
    }

    private static Connection connect(Path path) throws SQLException {
        var config = new SQLiteConfig();
        config.setBusyTimeout((int) BUSY_TIMEOUT.toMillis());
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        return config.createConnection("jdbc:sqlite:" + path.toUri());
    }

    Path path() {
        return path;
    }

    /// The store's own random identity, which its generated ids are bound to.
    String identity() {
        return identity;
    }

    /// Work on the connection.
    @FunctionalInterface
    interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /// Does work that only reads, without a transaction.
    <T> T read(Work<T> work) {
        lock.lock();
        try {
            requireOpen();
            return work.on(connection);
        } catch (SQLException e) {
            throw SqliteFailure.of(path, e);
        } finally {
            lock.unlock();
        }
    }

    /// Does work in a transaction that excludes every other writer.
    <T> T write(Work<T> work) {
        lock.lock();
        try {
            requireOpen();
            requireSameFile();
            return inTransaction(work);
        } catch (IOException e) {
            throw SqliteFailure.of(path, e);
        } catch (SQLException e) {
            throw SqliteFailure.of(path, e);
        } finally {
            lock.unlock();
        }
    }

    private <T> T inTransaction(Work<T> work) throws SQLException {
        execute("BEGIN IMMEDIATE");
        var isCommitted = false;
        try {
            var result = work.on(connection);
            execute("COMMIT");
            isCommitted = true;
            return result;
        } finally {
            if (!isCommitted) {
                rollBack();
            }
        }
    }

    private void rollBack() {
        try {
            execute("ROLLBACK");
        } catch (SQLException e) {
            // after some failures SQLite has rolled back by itself; the failure that led here is on its way
        }
    }

    private void requireOpen() {
        if (closed) {
            throw SqliteFailure.unavailable(path, "was closed because this program is ending");
        }
    }

    /// SQLite would still accept writes to a file that was removed or replaced, and lose them.
    private void requireSameFile() throws IOException {
        if (!Files.exists(path) || !Objects.equals(fileKey, fileKeyOf(path))) {
            throw SqliteFailure.unavailable(path, "was removed or replaced while it was in use; start again");
        }
    }

    private static @Nullable Object fileKeyOf(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }

    private void prepare(RandomGenerator random) throws SQLException {
        if (!isEmpty()) {
            requireKnownSchema(); // before anything is changed
        }
        execute("PRAGMA secure_delete = ON");
        turnOnWriteAheadLog(random);
        identity = inTransaction(work -> {
            if (isEmpty()) {
                create(GeneratedIds.newStoreIdentity(random));
            }
            requireKnownSchema();
            addClaims();
            return text("SELECT identity FROM meta");
        });
    }

    /// Files of the first release have no claims; that release works with a file that has them.
    private void addClaims() throws SQLException {
        if (text("SELECT count(*) FROM pragma_table_info('token') WHERE name = 'claim'")
                .equals("0")) {
            execute("ALTER TABLE token ADD COLUMN claim TEXT");
        }
    }

    /// SQLite does not wait for its lock when several openers turn on the write-ahead log at the same time.
    private void turnOnWriteAheadLog(RandomGenerator random) throws SQLException {
        var timeout = Timeout.of(BUSY_TIMEOUT);
        var backoff = Backoff.forContention(random);
        while (true) {
            try {
                if (!text("PRAGMA journal_mode = WAL").equals("wal")) {
                    throw SqliteFailure.unavailable(
                            path, "is on a disk that cannot share memory between processes; put it on a local disk");
                }
                return;
            } catch (SQLException e) {
                if (e.getErrorCode() != SQLiteErrorCode.SQLITE_BUSY.code || !backoff.sleep(timeout)) {
                    throw e;
                }
            }
        }
    }

    private boolean isEmpty() throws SQLException {
        return text("SELECT count(*) FROM sqlite_schema").equals("0");
    }

    private void requireKnownSchema() throws SQLException {
        var isOurs = text("SELECT count(*) FROM sqlite_schema s JOIN pragma_table_info(s.name) c"
                + " WHERE s.type = 'table' AND s.name = 'meta'"
                + " AND c.name IN ('schema_version', 'identity', 'last_stamp')");
        var version = isOurs.equals("3") ? text("SELECT schema_version FROM meta") : "";
        if (version.isEmpty()) {
            throw SqliteFailure.unavailable(
                    path, "is a SQLite database but not a token store; give the path of another file or a new one");
        }
        if (!version.equals(String.valueOf(SCHEMA_VERSION))) {
            throw SqliteFailure.unavailable(
                    path,
                    "was written by a newer version of this program (schema " + version + ", this one knows "
                            + SCHEMA_VERSION + "); use that version");
        }
    }

    /// Stores the session timeout, and returns since when uses have been recorded for it; the epoch if there is none.
    ///
    /// Uses before that are unknown, so a new timeout starts every session again.
    Instant sessionsSince(Optional<Duration> timeout, Instant now) {
        return write(connection -> {
            var nanos = timeout.map(Duration::toNanos).orElse(null);
            Sql.update(
                    connection,
                    "UPDATE meta SET session_timeout = ?1, sessions_since = ?2 WHERE session_timeout IS NOT ?1",
                    nanos,
                    SqliteRow.nanos(now));
            return nanos == null
                    ? Instant.EPOCH
                    : SqliteRow.moment(Sql.number(connection, "SELECT sessions_since FROM meta"));
        });
    }

    private void create(String newIdentity) throws SQLException {
        var columns = Arrays.stream(TokenField.values())
                .map(field -> field.key() + " BLOB" + (field == TokenField.ID ? " NOT NULL" : ""))
                .collect(Collectors.joining(", "));
        execute("CREATE TABLE meta (schema_version INTEGER NOT NULL, identity TEXT NOT NULL,"
                + " last_stamp INTEGER NOT NULL, session_timeout INTEGER, sessions_since INTEGER) STRICT");
        execute("CREATE TABLE token (sequence INTEGER PRIMARY KEY AUTOINCREMENT, nonce TEXT NOT NULL,"
                + " counter INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL,"
                + " user_since INTEGER NOT NULL, used_at INTEGER, claim TEXT, " + columns + ") STRICT");
        execute("CREATE UNIQUE INDEX token_by_id ON token (id)");
        for (var field : TokenTable.INDEXED) {
            execute("CREATE INDEX token_by_" + field.key() + " ON token (" + field.key() + ") WHERE " + field.key()
                    + " IS NOT NULL");
        }
        Sql.update(
                connection,
                "INSERT INTO meta (schema_version, identity, last_stamp) VALUES (?, ?, 0)",
                SCHEMA_VERSION,
                newIdentity);
    }

    private void execute(String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /// The text of the first column of the only row.
    private String text(String sql) throws SQLException {
        return Sql.query(connection, sql, result -> String.valueOf(result.getString(1))).stream()
                .findFirst()
                .orElse("");
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            connection.close();
        } catch (SQLException e) {
            throw SqliteFailure.of(path, e);
        } finally {
            lock.unlock();
        }
    }
}
