package dev.tokenstore.store.sqlite;

import dev.tokenstore.api.RefreshClaim;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.embedded.RowVersion;
import dev.tokenstore.store.token.InvalidTokenException;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads rows of the SQLite file.
final class SqliteRow {
    private static final long NANOS = 1_000_000_000L;

    private SqliteRow() {}

    /// Reads the row at the result's cursor, or returns empty if someone edited it into something that is not a token.
    ///
    /// @param sessionsSince since when uses have been recorded
    static Optional<StoredToken> read(ResultSet result, Instant sessionsSince) throws SQLException {
        try {
            var fields = fieldsOf(result);
            if (!fields.has(TokenField.ID)) {
                return Optional.empty();
            }
            var saved = moment(result.getLong("updated_at"));
            return Optional.of(versionOf(result)
                    .row(
                            fields,
                            moment(result.getLong("created_at")),
                            saved,
                            lastActive(saved, usedAt(result), sessionsSince),
                            moment(result.getLong("user_since")))
                    .withClaim(Optional.ofNullable(result.getString("claim")).flatMap(RefreshClaim::parse)));
        } catch (CharacterCodingException | InvalidTokenException e) {
            return Optional.empty();
        }
    }

    static RowVersion versionOf(ResultSet result) throws SQLException {
        return new RowVersion(result.getLong("sequence"), result.getString("nonce"), result.getLong("counter"));
    }

    /// When the row at the result's cursor was last read, as far as recorded; null: never.
    static @Nullable Long usedAt(ResultSet result) throws SQLException {
        var usedAt = result.getLong("used_at");
        return result.wasNull() ? null : usedAt;
    }

    /// Before uses were recorded the row may have been used at any time, so its session starts then at the earliest.
    static Instant lastActive(Instant saved, @Nullable Long usedAt, Instant sessionsSince) {
        var used = usedAt == null ? sessionsSince : moment(Math.max(usedAt, nanos(sessionsSince)));
        return used.isAfter(saved) ? used : saved;
    }

    private static TokenFields fieldsOf(ResultSet result) throws SQLException, CharacterCodingException {
        var values = new EnumMap<TokenField, String>(TokenField.class);
        for (var field : TokenField.values()) {
            var bytes = result.getBytes(field.key());
            if (bytes != null && bytes.length > 0) {
                values.put(field, decoded(bytes));
            }
        }
        return TokenFields.of(values);
    }

    private static String decoded(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    /// A moment as the file keeps it: nanoseconds since 1970.
    static long nanos(Instant moment) {
        return Math.addExact(Math.multiplyExact(moment.getEpochSecond(), NANOS), moment.getNano());
    }

    static Instant moment(long nanos) {
        return Instant.ofEpochSecond(Math.floorDiv(nanos, NANOS), Math.floorMod(nanos, NANOS));
    }
}
