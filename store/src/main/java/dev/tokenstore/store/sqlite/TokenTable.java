package dev.tokenstore.store.sqlite;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.GRANT_TOKEN;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;

import dev.tokenstore.store.SequenceCursor;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStorage.Chunk;
import dev.tokenstore.store.TokenStorage.Listed;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.nio.charset.StandardCharsets;
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
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// The rows of a file, as statements on a connection to it: what is read and written where, without a rule or a lock.
///
/// @param clock for the rows' times
/// @param sessionsSince since when uses have been recorded
/// @param unreadable told the name of each row that is met and is no token
record TokenTable(InstantSource clock, Instant sessionsSince, Consumer<String> unreadable) {
    /// The fields by which several rows may be looked up.
    static final List<TokenField> SHARED_LOOKUPS = List.of(USER_SIGNATURE, REFRESH_TOKEN, GRANT_TOKEN, ACCESS_TOKEN);

    private static final String INSERT = "INSERT INTO token (nonce, counter, created_at, updated_at, user_since, "
            + fields(TokenField::key) + ") VALUES (?, 1, ?, ?, ?, " + fields(field -> "?") + ")";
    private static final String UPDATE = "UPDATE token SET " + fields(field -> field.key() + " = ?")
            + ", counter = counter + 1, updated_at = ?, user_since = ? WHERE sequence = ? AND nonce = ? AND counter = ?";

    Optional<StoredToken> withId(Connection connection, SecretValue id) throws SQLException {
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

    List<StoredToken> with(Connection connection, TokenField field, SecretValue value) throws SQLException {
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

    /// The rows that share the id, the user or a credential with `fields`; one may be there more than once.
    List<StoredToken> related(Connection connection, TokenFields fields) throws SQLException {
        var related = new ArrayList<StoredToken>();
        if (fields.has(ID)) {
            withId(connection, fields.get(ID).orElseThrow()).ifPresent(related::add);
        }
        for (var field : SHARED_LOOKUPS) {
            if (fields.has(field)) {
                related.addAll(with(connection, field, fields.get(field).orElseThrow()));
            }
        }
        return related;
    }

    SqliteRow insert(Connection connection, String nonce, TokenFields fields) throws SQLException {
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

    /// @return the row as it is now; empty if it was not any more as it was given
    Optional<SqliteRow> update(Connection connection, SqliteRow row, TokenFields next) throws SQLException {
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
            return statement.executeUpdate() == 1 ? Optional.of(replaced) : Optional.empty();
        }
    }

    static int delete(Connection connection, SqliteRow row) throws SQLException {
        try (var statement = connection.prepareStatement("DELETE FROM token WHERE sequence = ? AND nonce = ?")) {
            statement.setLong(1, row.sequence());
            statement.setString(2, row.nonce());
            return statement.executeUpdate();
        }
    }

    /// @return the number of rows deleted
    static long deleteAll(Connection connection) throws SQLException {
        try (var statement = connection.prepareStatement("DELETE FROM token")) {
            return statement.executeUpdate();
        }
    }

    static long count(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var count = statement.executeQuery("SELECT count(*) FROM token")) {
            return count.getLong(1);
        }
    }

    /// The rows behind `cursor`, looked at in the order they were made; those that are not `shown` are left out.
    Chunk chunk(Connection connection, SequenceCursor cursor, int limit, Predicate<StoredToken> shown)
            throws SQLException {
        try (var statement =
                connection.prepareStatement("SELECT * FROM token WHERE sequence > ? ORDER BY sequence LIMIT ?")) {
            statement.setLong(1, cursor.after());
            statement.setLong(2, limit + 1L); // one more, to know whether the list goes on
            try (var result = statement.executeQuery()) {
                return chunk(result, limit, shown);
            }
        }
    }

    private Chunk chunk(ResultSet result, int limit, Predicate<StoredToken> shown) throws SQLException {
        var rows = new ArrayList<Listed>();
        var last = "";
        for (var seen = 0; result.next(); seen++) {
            if (seen == limit) {
                return new Chunk(rows, Optional.of(last));
            }
            var behind = new SequenceCursor(result.getLong("sequence")).text();
            readable(result).filter(shown).ifPresent(row -> rows.add(new Listed(row, behind)));
            last = behind;
        }
        return new Chunk(rows, Optional.empty());
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
}
