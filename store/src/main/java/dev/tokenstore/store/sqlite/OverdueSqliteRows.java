package dev.tokenstore.store.sqlite;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.EXPIRES_IN;

import dev.tokenstore.api.TokenFacts;
import dev.tokenstore.api.TokenFacts.Credentials;
import dev.tokenstore.store.embedded.OverdueRows;
import dev.tokenstore.store.embedded.RowVersion;
import dev.tokenstore.store.token.InvalidTokenException;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The rows of a file as its cleanup sees them: their times and which credentials they hold, but no credential.
///
/// @param sessionsSince since when uses have been recorded
record OverdueSqliteRows(SqliteFile file, Instant sessionsSince) implements OverdueRows<OverdueSqliteRows.Row> {
    /// The file is locked for writing while so many are deleted.
    private static final int BATCH = 200;

    private static final String SELECT = "SELECT sequence, nonce, counter, created_at, updated_at, used_at, expires_in,"
            + " " + hasAny(List.of(ACCESS_TOKEN)) + " AS has_access, " + hasAny(TokenField.RENEWING)
            + " AS has_renewal FROM token";
    private static final String DELETE =
            "DELETE FROM token WHERE sequence = ? AND nonce = ? AND counter = ? AND used_at IS ?";

    /// A row as it was when it was looked at.
    record Row(RowVersion version, @Nullable Long usedAt) {}

    @Override
    public void forEach(Instant now, BiConsumer<Row, TokenFacts> action) {
        file.read(connection -> Sql.query(connection, SELECT, result -> {
            action.accept(new Row(SqliteRow.versionOf(result), SqliteRow.usedAt(result)), factsOf(result, now));
            return 0;
        }));
    }

    private TokenFacts factsOf(ResultSet result, Instant now) throws SQLException {
        var saved = SqliteRow.moment(result.getLong("updated_at"));
        return TokenFacts.ofRow(
                SqliteRow.moment(result.getLong("created_at")),
                saved,
                SqliteRow.lastActive(saved, SqliteRow.usedAt(result), sessionsSince),
                expiry(result.getBytes("expires_in")),
                Credentials.of(result.getBoolean("has_access"), result.getBoolean("has_renewal")),
                now);
    }

    /// An expiry that someone edited into something else is unknown.
    private static Optional<Instant> expiry(byte @Nullable [] stored) {
        try {
            var text = stored == null ? "" : new String(stored, StandardCharsets.UTF_8);
            return TokenFields.NONE.with(EXPIRES_IN, text).expiry();
        } catch (InvalidTokenException e) {
            return Optional.empty();
        }
    }

    private static String hasAny(List<TokenField> fields) {
        return fields.stream()
                .map(field -> "coalesce(length(" + field.key() + "), 0)")
                .collect(Collectors.joining(" + ", "", " > 0"));
    }

    @Override
    public List<Row> deleteUnchanged(Collection<Row> rows) {
        var due = List.copyOf(rows);
        var deleted = new ArrayList<Row>();
        for (int from = 0; from < due.size(); from += BATCH) {
            var batch = due.subList(from, Math.min(from + BATCH, due.size()));
            deleted.addAll(file.write(connection -> deleteBatch(connection, batch)));
        }
        return deleted;
    }

    private static List<Row> deleteBatch(Connection connection, List<Row> batch) throws SQLException {
        var deleted = new ArrayList<Row>();
        for (var row : batch) {
            var version = row.version();
            if (Sql.update(connection, DELETE, version.sequence(), version.nonce(), version.counter(), row.usedAt())
                    == 1) {
                deleted.add(row);
            }
        }
        return deleted;
    }

    /// SQLite changes this number at the writes of every other connection, of this process or another one.
    @Override
    public long revision() {
        return file.read(connection -> Sql.number(connection, "PRAGMA data_version"));
    }
}
