package dev.tokenstore.store.sqlite;

import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;

import dev.tokenstore.api.RefreshClaim;
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
import java.sql.ResultSet;
import java.sql.SQLException;
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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The statements on the table of tokens, without a rule or a lock.
///
/// @param clock for the rows' times
/// @param sessionsSince since when uses have been recorded
/// @param unreadable called with the name of each row that is not a token, whenever one is read
record TokenTable(InstantSource clock, Instant sessionsSince, Consumer<String> unreadable) {
    /// The fields with an index that is not unique.
    static final List<TokenField> INDEXED =
            TokenField.LOOKED_UP.stream().filter(field -> field != ID).toList();

    private static final String INSERT = "INSERT INTO token (" + fields(TokenField::key)
            + ", nonce, counter, created_at, updated_at, user_since) VALUES (" + fields(field -> "?")
            + ", ?, 1, ?, ?, ?) RETURNING sequence";
    private static final String UPDATE = "UPDATE token SET " + fields(field -> field.key() + " = ?")
            + ", counter = counter + 1, updated_at = ?, user_since = ? WHERE sequence = ? AND nonce = ? AND counter = ?";

    Optional<StoredToken> withId(Connection connection, TokenId id) throws SQLException {
        return Sql.query(connection, "SELECT * FROM token WHERE id = ?", this::requireReadable, bytes(id.reveal()))
                .stream()
                .findFirst();
    }

    private StoredToken requireReadable(ResultSet result) throws SQLException {
        var row = readable(result);
        if (row.isEmpty()) {
            throw new StorageException(
                    StorageException.Reason.TOKEN_UNREADABLE,
                    "the token file's " + RowVersion.nameOf(result.getLong("sequence"))
                            + " was edited into something that is not a token; repair or remove that row");
        }
        return row.get();
    }

    List<StoredToken> with(Connection connection, TokenField field, SecretValue value) throws SQLException {
        var sql = "SELECT * FROM token WHERE " + field.key() + " = ?";
        return Sql.query(connection, sql, this::readable, bytes(value.reveal())).stream()
                .flatMap(Optional::stream)
                .toList();
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
        var sequence = Sql.number(connection, INSERT, parameters(fields, nonce, now, now, now));
        var moment = SqliteRow.moment(now);
        return new RowVersion(sequence, nonce, 1).row(fields, moment, moment, moment, moment);
    }

    /// @return the row as it is now; empty if it was changed or deleted since `row` was read
    Optional<StoredToken> update(Connection connection, StoredToken row, TokenFields next) throws SQLException {
        var now = timestamp(connection);
        var saved = SqliteRow.moment(now);
        var fields = TokenFields.NONE.mergedWith(next);
        var sameUser = row.fields().get(USER_SIGNATURE).equals(next.get(USER_SIGNATURE));
        var userSince = sameUser ? row.userSince() : saved;
        var version = RowVersion.of(row);
        var changed = Sql.update(
                connection,
                UPDATE,
                parameters(
                        fields,
                        now,
                        SqliteRow.nanos(userSince),
                        version.sequence(),
                        version.nonce(),
                        version.counter()));
        return changed == 1
                ? Optional.of(version.next().row(fields, row.createTime(), saved, saved, userSince))
                : Optional.empty();
    }

    /// Records that a row was read, unless it was saved or a use was recorded at `due` or later.
    static int recordUse(Connection connection, StoredToken row, Instant now, Instant due) throws SQLException {
        return Sql.update(
                connection,
                "UPDATE token SET used_at = ?"
                        + " WHERE sequence = ? AND nonce = ? AND max(updated_at, coalesce(used_at, 0)) < ?",
                SqliteRow.nanos(now),
                RowVersion.of(row).sequence(),
                RowVersion.of(row).nonce(),
                SqliteRow.nanos(due));
    }

    /// Writes a claim on a row, or takes it away, if its version and its claim are still those of `row`.
    static int claim(Connection connection, StoredToken row, Optional<RefreshClaim> claim) throws SQLException {
        var version = RowVersion.of(row);
        return Sql.update(
                connection,
                "UPDATE token SET claim = ?1 WHERE sequence = ?2 AND nonce = ?3 AND counter = ?4"
                        + " AND (claim IS ?5 OR ?5 IS NULL AND claim NOT LIKE '% ' || nonce || '.' || counter || ' %')",
                claim.map(RefreshClaim::text).orElse(null),
                version.sequence(),
                version.nonce(),
                version.counter(),
                row.claim().map(RefreshClaim::text).orElse(null));
    }

    static int deleteUnchanged(Connection connection, StoredToken row) throws SQLException {
        var version = RowVersion.of(row);
        return Sql.update(
                connection,
                "DELETE FROM token WHERE sequence = ? AND nonce = ? AND counter = ?",
                version.sequence(),
                version.nonce(),
                version.counter());
    }

    static int delete(Connection connection, StoredToken row) throws SQLException {
        var version = RowVersion.of(row);
        return Sql.update(
                connection, "DELETE FROM token WHERE sequence = ? AND nonce = ?", version.sequence(), version.nonce());
    }

    /// Lists the rows after a sequence number in the order they were made; those that are not `shown` are left out.
    Chunk chunk(Connection connection, long sequence, int limit, Predicate<StoredToken> shown) throws SQLException {
        var rows = new ArrayList<Listed>();
        var cursors = Sql.query(
                connection,
                "SELECT * FROM token WHERE sequence > ? ORDER BY sequence LIMIT ?",
                result -> {
                    var cursor = RowVersion.cursorAfter(result.getLong("sequence"));
                    readable(result).filter(shown).ifPresent(row -> rows.add(new Listed(row, cursor)));
                    return cursor;
                },
                sequence,
                limit);
        var hasMore = cursors.size() == limit
                && Sql.number(
                                connection,
                                "SELECT EXISTS (SELECT 1 FROM token WHERE sequence > ?)",
                                RowVersion.sequenceOf(cursors.getLast()))
                        == 1;
        return new Chunk(rows, hasMore ? Optional.of(cursors.getLast()) : Optional.empty());
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
        return Sql.number(
                connection,
                "UPDATE meta SET last_stamp = max(last_stamp + 1, ?) RETURNING last_stamp",
                SqliteRow.nanos(clock.instant()));
    }

    /// All ten fields, then the others.
    private static @Nullable Object[] parameters(TokenFields fields, Object... others) {
        return Stream.concat(
                        Arrays.stream(TokenField.values())
                                .map(field -> fields.get(field)
                                        .map(value -> bytes(value.reveal()))
                                        .orElse(null)),
                        Arrays.stream(others))
                .toArray();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String fields(Function<TokenField, String> text) {
        return Arrays.stream(TokenField.values()).map(text).collect(Collectors.joining(", "));
    }
}
