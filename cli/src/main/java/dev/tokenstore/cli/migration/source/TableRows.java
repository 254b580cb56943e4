package dev.tokenstore.cli.migration.source;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// Rows of a database's table as tokens.
final class TableRows {
    private TableRows() {}

    /// Quotes a table's name for a query.
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
        return Columns.named(names, source, "name an SDK's table with --table; this one has " + names);
    }

    /// The current row of a result.
    static SourceRow row(ResultSet results, int first, Columns columns, String location) throws SQLException {
        var values = new ArrayList<@Nullable String>();
        for (int column = first; column < first + columns.count(); column++) {
            values.add(results.getString(column));
        }
        return columns.row(location, values);
    }
}
