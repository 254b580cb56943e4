package dev.tokenstore.cli.migration.source;

import dev.tokenstore.cli.output.CommandException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.sqlite.SQLiteConfig;

/// The table of a custom store on SQLite, as in the SDKs' samples.
///
/// It is read in short queries, each of which starts behind the last row of the one before: a reader blocks
/// writers, and the app may still be running.
public record SqliteTable(Path file, String table) implements TokenSource {
    private static final int ROWS_PER_QUERY = 500;

    @Override
    public boolean read(Consumer<SourceRow> rows) {
        try (var connection = open()) {
            var before = dataVersion(connection);
            long after = Long.MIN_VALUE;
            for (var batch = batch(connection, after); !batch.isEmpty(); batch = batch(connection, after)) {
                after = batch.lastKey();
                batch.values().forEach(rows);
            }
            return before == dataVersion(connection);
        } catch (SQLException e) {
            throw CommandException.failed(
                    "cannot read table " + table + " of " + file + "; check that it is a SQLite file that you may read,"
                            + " and name its table of tokens with --table",
                    e);
        }
    }

    private Connection open() throws SQLException {
        var config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(5_000);
        return config.createConnection("jdbc:sqlite:" + file.toAbsolutePath());
    }

    /// Returns the next rows by their `rowid`.
    private SortedMap<Long, SourceRow> batch(Connection connection, long after) throws SQLException {
        var query = "SELECT rowid, * FROM " + TableRows.quoted(table, '"') + " WHERE rowid > ? ORDER BY rowid LIMIT "
                + ROWS_PER_QUERY;
        try (var statement = connection.prepareStatement(query)) {
            statement.setLong(1, after);
            try (var results = statement.executeQuery()) {
                var columns = TableRows.columns(results, 2, "table " + table + " of " + file);
                var rows = new TreeMap<Long, SourceRow>();
                while (results.next()) {
                    var number = results.getLong(1);
                    rows.put(number, TableRows.row(results, 2, columns, "row " + number));
                }
                return rows;
            }
        }
    }

    /// Changes when another connection writes to the file.
    private static long dataVersion(Connection connection) throws SQLException {
        try (var statement = connection.createStatement();
                var result = statement.executeQuery("PRAGMA data_version")) {
            return result.next() ? result.getLong(1) : 0;
        }
    }
}
