package dev.tokenstore.store.sqlite;

import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;

import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStorage.Chunk;
import dev.tokenstore.store.TokenStorage.Listed;
import dev.tokenstore.store.embedded.RowVersion;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
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

/// The statements on the table of tokens, without a rule or a lock.
///
/// @param clock for the rows' times
/// @param sessionsSince since when uses have been recorded
/// @param unreadable called with the name of each row that is not a token, whenever one is read
record TokenTable(InstantSource clock, Instant sessionsSince, Consumer<String> unreadable) {
    /// The fields with an index that is not unique.
    static final List<TokenField> INDEXED =
            TokenField.LOOKED_UP.stream().filter(field -> field != ID).toList();

    private static final String INSERT = "INSERT INTO token (nonce, counter, created_at, updated_at, user_since, "
            + fields(TokenField::key) + ") VALUES (?, 1, ?, ?, ?, " + fields(field -> "?") + ")";
    private static final String UPDATE = "UPDATE token SET " + fields(field -> field.key() + " = ?")
            + ", counter = counter + 1, updated_at = ?, user_since = ? WHERE sequence = ? AND nonce = ? AND counter = ?";

    Optional<StoredToken> withId(Connection connection, TokenId id) throws SQLException {
        try (var statement = connection.prepareStatement("SELECT * FROM token WHERE id = ?")) {
            statement.setBytes(1, bytes(new SecretValue(id.reveal())));
            try (var result = statement.executeQuery()) {
                if (!result.next()) {
                    return Optional.empty();
                }
                var row = readable(result);
                if (row.isEmpty()) {
                    throw new StorageException(
                            StorageException.Reason.TOKEN_UNREADABLE,
                            "the token file's " + RowVersion.nameOf(result.getLong("sequence"))
                                    + " was edited into something that is not a token; repair or remove that row");
                }
                return row;
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
        if (fields.id().isPresent()) {
            withId(connection, fields.id().get()).ifPresent(related::add);
        }
        for (var field : INDEXED) {
            if (fields.has(field)) {
                related.addAll(with(connection, field, fields.get(field).orElseThrow()));
            }
        }
        return related;
    }

    StoredToken insert(Connection connection, String nonce, TokenFields fields) throws SQLException {
        var now = timestamp(connection);
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
                return row(new RowVersion(key.getLong(1), nonce, 1), fields, moment, moment, moment);
            }
        }
    }

    /// @return the row as it is now; empty if it was changed or deleted since `row` was read
    Optional<StoredToken> update(Connection connection, StoredToken row, TokenFields next) throws SQLException {
        var now = timestamp(connection);
        var sameUser = row.fields().get(USER_SIGNATURE).equals(next.get(USER_SIGNATURE));
        var version = RowVersion.of(row);
        var saved = SqliteRow.moment(now);
        var replaced = row(
                version.next(),
                TokenFields.NONE.mergedWith(next),
                row.createTime(),
                saved,
                sameUser ? row.userSince() : saved);
        try (var statement = connection.prepareStatement(UPDATE)) {
            var at = setFields(statement, 1, replaced.fields());
            statement.setLong(at, now);
            statement.setLong(at + 1, SqliteRow.nanos(replaced.userSince()));
            statement.setLong(at + 2, version.sequence());
            statement.setString(at + 3, version.nonce());
            statement.setLong(at + 4, version.counter());
            return statement.executeUpdate() == 1 ? Optional.of(replaced) : Optional.empty();
        }
    }

    private static StoredToken row(
            RowVersion version, TokenFields fields, Instant created, Instant saved, Instant userSince) {
        var name = RowVersion.nameOf(version.sequence());
        return new StoredToken(fields, version.text(), created, saved, saved, userSince, name, version);
    }

    /// Records that a row was read, unless it was saved or a use was recorded at `due` or later.
    static int recordUse(Connection connection, StoredToken row, Instant now, Instant due) throws SQLException {
        try (var statement = connection.prepareStatement("UPDATE token SET used_at = ?"
                + " WHERE sequence = ? AND nonce = ? AND max(updated_at, coalesce(used_at, 0)) < ?")) {
            statement.setLong(1, SqliteRow.nanos(now));
            statement.setLong(2, RowVersion.of(row).sequence());
            statement.setString(3, RowVersion.of(row).nonce());
            statement.setLong(4, SqliteRow.nanos(due));
            return statement.executeUpdate();
        }
    }

    static int delete(Connection connection, StoredToken row) throws SQLException {
        var version = RowVersion.of(row);
        try (var statement = connection.prepareStatement("DELETE FROM token WHERE sequence = ? AND nonce = ?")) {
            statement.setLong(1, version.sequence());
            statement.setString(2, version.nonce());
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

    /// Lists the rows after a sequence number in the order they were made; those that are not `shown` are left out.
    Chunk chunk(Connection connection, long sequence, int limit, Predicate<StoredToken> shown) throws SQLException {
        try (var statement =
                connection.prepareStatement("SELECT * FROM token WHERE sequence > ? ORDER BY sequence LIMIT ?")) {
            statement.setLong(1, sequence);
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
            var cursor = RowVersion.cursorAfter(result.getLong("sequence"));
            readable(result).filter(shown).ifPresent(row -> rows.add(new Listed(row, cursor)));
            last = cursor;
        }
        return new Chunk(rows, Optional.empty());
    }

    private Optional<StoredToken> readable(ResultSet result) throws SQLException {
        var row = SqliteRow.read(result, sessionsSince);
        if (row.isEmpty()) {
            unreadable.accept(RowVersion.nameOf(result.getLong("sequence")));
        }
        return row;
    }

    /// The time now in nanoseconds, later than at any write before, whichever process did it.
    private long timestamp(Connection connection) throws SQLException {
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
