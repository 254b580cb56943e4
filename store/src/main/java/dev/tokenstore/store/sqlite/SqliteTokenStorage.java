package dev.tokenstore.store.sqlite;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.GRANT_TOKEN;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;

import dev.tokenstore.store.LivingTokens;
import dev.tokenstore.store.SequenceCursor;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.token.GeneratedIds;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/// Keeps the rows of one store in a SQLite file, for machines without a cluster.
///
/// Several processes may use the file at once. A write that returned survives the end of the process and of the
/// machine.
/// The file is only its owner's (0600), as are the two beside it (`-wal`, `-shm`). Values are kept as their UTF-8
/// bytes, what was deleted is overwritten. Blocking: waits for the disk, and up to some seconds for other processes.
///
/// [StorageException]s have the reason `STORAGE_UNAVAILABLE`, `STORAGE_FULL` or `TOKEN_UNREADABLE`.
public final class SqliteTokenStorage implements TokenStorage {
    /// The fields by which several rows may be looked up.
    static final List<TokenField> SHARED_LOOKUPS = List.of(USER_SIGNATURE, REFRESH_TOKEN, GRANT_TOKEN, ACCESS_TOKEN);

    private static final String INSERT = "INSERT INTO token (nonce, counter, created_at, updated_at, user_since, "
            + fields(TokenField::key) + ") VALUES (?, 1, ?, ?, ?, " + fields(field -> "?") + ")";
    private static final String UPDATE = "UPDATE token SET " + fields(field -> field.key() + " = ?")
            + ", counter = counter + 1, updated_at = ?, user_since = ? WHERE sequence = ? AND nonce = ? AND counter = ?";

    private final SqliteFile file;
    private final GeneratedIds ids;
    private final InstantSource clock;
    private final Consumer<String> unreadable;
    private final LivingTokens living;
    private final Optional<Integer> maxTokens;
    private final Instant sessionsSince;
    private final Optional<Housekeeping> housekeeping;

    /// Opens the file, and creates it where there is none.
    ///
    /// @param file where the rows are kept; a directory that is missing is created (0700)
    /// @param clock for the rows' times
    /// @param random a cryptographically strong source, for ids and versions
    /// @param unreadable told the name of a row, never a value, whenever one is met that someone edited into something
    /// that is not a token; called while the file is in use, so it must not block
    public SqliteTokenStorage(Path file, InstantSource clock, RandomGenerator random, Consumer<String> unreadable) {
        this(SqliteFile.open(file, clock, random), clock, random, unreadable);
    }

    SqliteTokenStorage(SqliteFile file, InstantSource clock, RandomGenerator random, Consumer<String> unreadable) {
        this(
                file,
                clock,
                random,
                unreadable,
                LivingTokens.forEver(),
                Optional.empty(),
                Instant.EPOCH,
                Optional.empty());
    }

    /// @param living which rows are alive
    /// @param sessionsSince since when uses have been recorded in the file
    /// @param housekeeping closed with this
    SqliteTokenStorage(
            SqliteFile file,
            InstantSource clock,
            RandomGenerator random,
            Consumer<String> unreadable,
            LivingTokens living,
            Optional<Integer> maxTokens,
            Instant sessionsSince,
            Optional<Housekeeping> housekeeping) {
        this.file = file;
        this.ids = new GeneratedIds(file.identity(), random);
        this.clock = clock;
        this.unreadable = unreadable;
        this.living = living;
        this.maxTokens = maxTokens;
        this.sessionsSince = sessionsSince;
        this.housekeeping = housekeeping;
    }

    /// The same, of rows that live and are deleted as the policy says.
    ///
    /// @param listener hears what is deleted
    public static SqliteTokenStorage open(
            Path file,
            EmbeddedPolicy policy,
            MachineClock clock,
            RandomGenerator random,
            Consumer<String> unreadable,
            CleanupListener listener) {
        var living = new LivingTokens(policy.retention(), clock);
        var stamps = clock.stamps();
        var opened = SqliteFile.open(file, stamps, random);
        try {
            var sessionsSince = opened.sessionsSince(living.sessionTimeout(), stamps.instant());
            var housekeeping = policy.deletes()
                    ? Optional.of(Housekeeping.start(file, policy, living, clock, sessionsSince, random, listener))
                    : Optional.<Housekeeping>empty();
            return new SqliteTokenStorage(
                    opened, stamps, random, unreadable, living, policy.maxTokens(), sessionsSince, housekeeping);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    @Override
    public GeneratedIds ids() {
        return ids;
    }

    @Override
    public Optional<StoredToken> byId(SecretValue id) {
        return file.read(connection -> rowWithId(connection, id)).filter(row -> !living.isOver(row));
    }

    @Override
    public Optional<StoredToken> toDelete(SecretValue id) {
        return file.read(connection -> rowWithId(connection, id));
    }

    private Optional<StoredToken> rowWithId(Connection connection, SecretValue id) throws SQLException {
        try (var statement = connection.prepareStatement("SELECT * FROM token WHERE id = ?")) {
            statement.setBytes(1, bytes(id));
            try (var result = statement.executeQuery()) {
                if (!result.next()) {
                    return Optional.empty();
                }
                var row = readable(result);
                if (row.isEmpty()) {
                    throw new StorageException(
                            StorageException.Reason.TOKEN_UNREADABLE,
                            "the token file's " + SqliteRow.nameOf(result.getLong("sequence"))
                                    + " was edited into something that is not a token; repair or remove that row");
                }
                return Optional.of(row.get());
            }
        }
    }

    @Override
    public List<StoredToken> byUser(TokenFields wanted) {
        var user = wanted.get(USER_SIGNATURE);
        return user.isEmpty() ? List.of() : byCredential(USER_SIGNATURE, user.get());
    }

    @Override
    public List<StoredToken> byCredential(TokenField credential, SecretValue value) {
        return alive(file.read(connection -> rowsWith(connection, credential, value)));
    }

    private List<StoredToken> rowsWith(Connection connection, TokenField field, SecretValue value) throws SQLException {
        try (var statement = connection.prepareStatement("SELECT * FROM token WHERE " + field.key() + " = ?")) {
            statement.setBytes(1, bytes(value));
            try (var result = statement.executeQuery()) {
                var rows = new ArrayList<StoredToken>();
                while (result.next()) {
                    readable(result).ifPresent(rows::add);
                }
                return rows;
            }
        }
    }

    private List<StoredToken> alive(List<StoredToken> rows) {
        return rows.stream().filter(row -> !living.isOver(row)).toList();
    }

    @Override
    public Insertion insert(TokenFields fields, Function<List<StoredToken>, Optional<StoredToken>> twin) {
        var insertion = file.write(connection -> {
            var related = related(connection, fields);
            if (twin.apply(alive(related)).isPresent()) {
                return new Insertion.TwinFound();
            }
            deleteTwinsThatAreOver(connection, related, twin);
            requireRoom(connection);
            var stored = fields.has(ID) ? fields : fields.with(ID, ids.next(ids.randomPlace()));
            return new Insertion.Inserted(inserted(connection, TokenFields.NONE.mergedWith(stored)));
        });
        if (insertion instanceof Insertion.Inserted inserted) {
            housekeeping.ifPresent(work -> work.stored(inserted.row()));
        }
        return insertion;
    }

    /// Were they to live again, by a change of the policy, there would be two of the new row.
    private void deleteTwinsThatAreOver(
            Connection connection, List<StoredToken> related, Function<List<StoredToken>, Optional<StoredToken>> twin)
            throws SQLException {
        for (var row : related) {
            if (living.isOver(row) && twin.apply(List.of(row)).isPresent()) {
                delete(connection, own(row));
            }
        }
    }

    private void requireRoom(Connection connection) throws SQLException {
        if (maxTokens.isEmpty()) {
            return;
        }
        try (var statement = connection.createStatement();
                var count = statement.executeQuery("SELECT count(*) FROM token")) {
            if (count.getLong(1) >= maxTokens.get()) {
                throw new StorageException(
                        StorageException.Reason.STORE_FULL,
                        "the store holds " + count.getLong(1) + " tokens and may hold " + maxTokens.get()
                                + "; delete some, or raise --max-tokens");
            }
        }
    }

    private List<StoredToken> related(Connection connection, TokenFields fields) throws SQLException {
        var related = new ArrayList<StoredToken>();
        if (fields.has(ID)) {
            rowWithId(connection, fields.get(ID).orElseThrow()).ifPresent(related::add);
        }
        for (var field : SHARED_LOOKUPS) {
            if (fields.has(field)) {
                related.addAll(rowsWith(connection, field, fields.get(field).orElseThrow()));
            }
        }
        return related;
    }

    private SqliteRow inserted(Connection connection, TokenFields fields) throws SQLException {
        var nonce = ids.randomPlace();
        var now = stamp(connection);
        try (var statement = connection.prepareStatement(INSERT, PreparedStatement.RETURN_GENERATED_KEYS)) {
            statement.setString(1, nonce);
            statement.setLong(2, now);
            statement.setLong(3, now);
            statement.setLong(4, now);
            setFields(statement, 5, fields);
            statement.executeUpdate();
            try (var key = statement.getGeneratedKeys()) {
                key.next();
                var moment = SqliteRow.moment(now);
                return new SqliteRow(key.getLong(1), nonce, 1, fields, moment, moment, moment, moment);
            }
        }
    }

    @Override
    public Replacement replace(StoredToken current, TokenFields next) {
        var row = own(current);
        var replacement = file.<Replacement>write(connection -> {
            var now = stamp(connection);
            var sameUser = row.fields().get(USER_SIGNATURE).equals(next.get(USER_SIGNATURE));
            var replaced = new SqliteRow(
                    row.sequence(),
                    row.nonce(),
                    row.counter() + 1,
                    TokenFields.NONE.mergedWith(next),
                    row.createTime(),
                    SqliteRow.moment(now),
                    SqliteRow.moment(now),
                    sameUser ? row.userSince() : SqliteRow.moment(now));
            try (var statement = connection.prepareStatement(UPDATE)) {
                var at = setFields(statement, 1, replaced.fields());
                statement.setLong(at, now);
                statement.setLong(at + 1, SqliteRow.nanos(replaced.userSince()));
                statement.setLong(at + 2, row.sequence());
                statement.setString(at + 3, row.nonce());
                statement.setLong(at + 4, row.counter());
                return statement.executeUpdate() == 1
                        ? new Replacement.Replaced(replaced)
                        : new Replacement.RowChanged();
            }
        });
        if (replacement instanceof Replacement.Replaced replaced) {
            housekeeping.ifPresent(work -> work.stored(replaced.row()));
        }
        return replacement;
    }

    @Override
    public void used(StoredToken row) {
        housekeeping.ifPresent(work -> work.used(row));
    }

    @Override
    public void delete(StoredToken row) {
        file.write(connection -> delete(connection, own(row)));
    }

    private static int delete(Connection connection, SqliteRow row) throws SQLException {
        try (var statement = connection.prepareStatement("DELETE FROM token WHERE sequence = ? AND nonce = ?")) {
            statement.setLong(1, row.sequence());
            statement.setString(2, row.nonce());
            return statement.executeUpdate();
        }
    }

    @Override
    public long deleteAll() {
        return file.write(connection -> {
            try (var statement = connection.prepareStatement("DELETE FROM token")) {
                return (long) statement.executeUpdate();
            }
        });
    }

    @Override
    public Chunk list(int limit, String after) {
        var cursor = SequenceCursor.parse(after);
        return file.read(connection -> {
            try (var statement =
                    connection.prepareStatement("SELECT * FROM token WHERE sequence > ? ORDER BY sequence LIMIT ?")) {
                statement.setLong(1, cursor.after());
                statement.setLong(2, limit + 1L); // one more, to know whether the list goes on
                try (var result = statement.executeQuery()) {
                    return chunk(result, limit);
                }
            }
        });
    }

    private Chunk chunk(ResultSet result, int limit) throws SQLException {
        var rows = new ArrayList<Listed>();
        var last = "";
        for (var seen = 0; result.next(); seen++) {
            if (seen == limit) {
                return new Chunk(rows, Optional.of(last));
            }
            var behind = new SequenceCursor(result.getLong("sequence")).text();
            readable(result).filter(row -> !living.isOver(row)).ifPresent(row -> rows.add(new Listed(row, behind)));
            last = behind;
        }
        return new Chunk(rows, Optional.empty());
    }

    @Override
    public void close() {
        housekeeping.ifPresent(Housekeeping::close);
        file.close();
    }

    private Optional<SqliteRow> readable(ResultSet result) throws SQLException {
        var row = SqliteRow.read(result, sessionsSince);
        if (row.isEmpty()) {
            unreadable.accept(SqliteRow.nameOf(result.getLong("sequence")));
        }
        return row;
    }

    /// The time now in nanoseconds, later than at any write before, whichever process did it.
    private long stamp(Connection connection) throws SQLException {
        try (var statement = connection.prepareStatement(
                "UPDATE meta SET last_stamp = max(last_stamp + 1, ?) RETURNING last_stamp")) {
            statement.setLong(1, SqliteRow.nanos(clock.instant()));
            try (var result = statement.executeQuery()) {
                result.next();
                return result.getLong(1);
            }
        }
    }

    /// Sets all ten fields and returns the index behind them.
    private static int setFields(PreparedStatement statement, int from, TokenFields fields) throws SQLException {
        var at = from;
        for (var field : TokenField.values()) {
            if (fields.has(field)) {
                statement.setBytes(at, bytes(fields.get(field).orElseThrow()));
            } else {
                statement.setNull(at, Types.BLOB);
            }
            at++;
        }
        return at;
    }

    private static byte[] bytes(SecretValue value) {
        return value.reveal().getBytes(StandardCharsets.UTF_8);
    }

    private static String fields(Function<TokenField, String> text) {
        return Arrays.stream(TokenField.values()).map(text).collect(Collectors.joining(", "));
    }

    private static SqliteRow own(StoredToken row) {
        if (row instanceof SqliteRow own) {
            return own;
        }
        throw new IllegalArgumentException("the row is from another storage: " + row.name());
    }
}
