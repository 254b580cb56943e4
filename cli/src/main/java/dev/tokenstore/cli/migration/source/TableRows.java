package dev.tokenstore.cli.migration.source;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Rows of a database's table as tokens.
final class TableRows {
    private TableRows() {}

    /// A table's name in a query, whatever is in it.
    static String quoted(String table, char quote) {
        var text = String.valueOf(quote);
        return text + table.replace(text, text + text) + text;
    }

    /// The columns of a result, from the one numbered `first` on.
    static Columns columns(ResultSet results, int first, String source) throws SQLException {
        var metadata = results.getMetaData();
        var names = new ArrayList<String>();
        for (int column = first; column <= metadata.getColumnCount(); column++) {
            names.add(metadata.getColumnLabel(column));
        }
        return Columns.named(names, source);
    }

    /// The row a result stands at.
    static SourceRow row(ResultSet results, int first, Columns columns, String place) throws SQLException {
        var values = new ArrayList<@Nullable String>();
        for (int column = first; column < first + columns.count(); column++) {
            values.add(results.getString(column));
        }
        return columns.row(place, values);
    }

    /// Reads a part of a table whose first column is a number that rises.
    ///
    /// @param after the number before the first row
    static Batch batch(ResultSet results, String source, long after) throws SQLException {
        var columns = columns(results, 2, source);
        var rows = new ArrayList<SourceRow>();
        var last = after;
        while (results.next()) {
            last = results.getLong(1);
            rows.add(row(results, 2, columns, "row " + last));
        }
        return new Batch(rows, last);
    }

    /// A part of a table, and the number of its last row.
    record Batch(List<SourceRow> rows, long last) {
        Batch {
            rows = List.copyOf(rows);
        }
    }
}
