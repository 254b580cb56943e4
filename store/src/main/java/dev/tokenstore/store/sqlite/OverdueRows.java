package dev.tokenstore.store.sqlite;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.api.TokenFacts;
import dev.tokenstore.api.TokenFacts.Credentials;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The rows of a file whose time is over, and their deletion. The decision is [RetentionPolicy]'s, on a row's times and
/// on which credentials it holds; no credential is read.
///
/// @param sessionsSince since when uses have been recorded: nothing is known of those before
record OverdueRows(SqliteFile file, RetentionPolicy policy, Instant sessionsSince) {
    /// The file is locked for writing while so many are deleted.
    private static final int BATCH = 200;

    private static final Pattern EPOCH_MILLIS = Pattern.compile("[0-9]{1,18}");
    private static final String LOOK = "SELECT sequence, nonce, counter, created_at, updated_at, used_at, expires_in,"
            + " coalesce(length(access_token), 0) > 0 AS has_access,"
            + " coalesce(length(refresh_token), 0) + coalesce(length(grant_token), 0) > 0 AS has_renewal FROM token";
    private static final String DELETE =
            "DELETE FROM token WHERE sequence = ? AND nonce = ? AND counter = ? AND used_at IS ?";

    /// A row that is due, as it was when that was decided.
    record Due(
            long sequence,
            String nonce,
            long counter,
            @Nullable Long usedAt,
            EndReason reason) {}

    /// The rows that are due, and when the first of the others is; null: never.
    record Look(List<Due> due, @Nullable Instant next) {}

    /// Decides about every row at `now`.
    Look look(Instant now) {
        return file.read(connection -> {
            try (var statement = connection.prepareStatement(LOOK);
                    var result = statement.executeQuery()) {
                var due = new ArrayList<Due>();
                Instant next = null;
                while (result.next()) {
                    var end = policy.deletion(factsOf(result, now));
                    if (end.isEmpty()) {
                        continue;
                    }
                    var deletion = end.get().deletion();
                    if (!deletion.isAfter(now)) {
                        due.add(due(result, end.get().reason()));
                    } else if (next == null || deletion.isBefore(next)) {
                        next = deletion;
                    }
                }
                return new Look(due, next);
            }
        });
    }

    private static Due due(ResultSet result, EndReason reason) throws SQLException {
        return new Due(
                result.getLong("sequence"),
                result.getString("nonce"),
                result.getLong("counter"),
                SqliteRow.usedAt(result),
                reason);
    }

    private TokenFacts factsOf(ResultSet result, Instant now) throws SQLException {
        var saved = SqliteRow.moment(result.getLong("updated_at"));
        return TokenFacts.ofRow(
                SqliteRow.moment(result.getLong("created_at")),
                saved,
                SqliteRow.lastActive(saved, SqliteRow.usedAt(result), sessionsSince),
                expiry(result.getBytes("expires_in")),
                credentials(result.getBoolean("has_access"), result.getBoolean("has_renewal")),
                now);
    }

    /// What someone edited into nonsense is not known.
    private static @Nullable Instant expiry(byte @Nullable [] stored) {
        var text = stored == null ? "" : new String(stored, StandardCharsets.UTF_8);
        return EPOCH_MILLIS.matcher(text).matches() ? Instant.ofEpochMilli(Long.parseLong(text)) : null;
    }

    private static Credentials credentials(boolean access, boolean renewal) {
        if (access) {
            return renewal ? Credentials.ACCESS_AND_RENEWAL : Credentials.ACCESS_ONLY;
        }
        return renewal ? Credentials.RENEWAL_ONLY : Credentials.NONE;
    }

    /// Deletes the rows that nobody saved or read since that was decided.
    ///
    /// @return how many by reason, of the reasons of which there are any
    Map<EndReason, Integer> delete(List<Due> due) {
        var deleted = new EnumMap<EndReason, Integer>(EndReason.class);
        for (int from = 0; from < due.size(); from += BATCH) {
            var batch = due.subList(from, Math.min(from + BATCH, due.size()));
            var reasons = file.write(connection -> deleteAll(connection, batch));
            reasons.forEach(reason -> deleted.merge(reason, 1, Integer::sum));
        }
        return deleted;
    }

    private static List<EndReason> deleteAll(Connection connection, List<Due> batch) throws SQLException {
        var deleted = new ArrayList<EndReason>();
        try (var statement = connection.prepareStatement(DELETE)) {
            for (var row : batch) {
                statement.setLong(1, row.sequence());
                statement.setString(2, row.nonce());
                statement.setLong(3, row.counter());
                statement.setObject(4, row.usedAt());
                if (statement.executeUpdate() == 1) {
                    deleted.add(row.reason());
                }
            }
        }
        return deleted;
    }

    /// A number that changes whenever another connection, of this process or another one, wrote to the file.
    long dataVersion() {
        return file.read(connection -> {
            try (var statement = connection.createStatement();
                    var result = statement.executeQuery("PRAGMA data_version")) {
                return result.getLong(1);
            }
        });
    }
}
