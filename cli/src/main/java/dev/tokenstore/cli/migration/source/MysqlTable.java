package dev.tokenstore.cli.migration.source;

import dev.tokenstore.cli.output.CommandException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLInvalidAuthorizationSpecException;
import java.util.Properties;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The table of an SDK's `DBStore` on MySQL, or a server that speaks its protocol.
///
/// One query reads it all, in the order of the SDKs' ids, which are numbers stored as text; rows are fetched as
/// they are consumed.
public record MysqlTable(
        MysqlAddress address, String table, @Nullable String password, MysqlTls tls) implements TokenSource {
    /// How long the server waits for the reader, which writes a batch of up to a minute between two rows.
    private static final int READER_MAY_BE_BUSY_SECONDS = 1800;

    private static final int ROWS_AT_A_TIME = 500;

    @Override
    public boolean read(Consumer<SourceRow> rows) {
        try (var connection = open();
                var statement = connection.createStatement()) {
            statement.execute("SET SESSION net_write_timeout = " + READER_MAY_BE_BUSY_SECONDS);
            statement.setFetchSize(ROWS_AT_A_TIME);
            var query = "SELECT * FROM " + TableRows.quoted(table, '`') + " ORDER BY " + order(connection);
            try (var results = statement.executeQuery(query)) {
                var columns = TableRows.columns(results, 1, "table " + table + " of " + address);
                for (long number = 1; results.next(); number++) {
                    rows.accept(TableRows.row(results, 1, columns, "row " + number));
                }
            }
            // one query sees the table as it was when it began
            return true;
        } catch (SQLException e) {
            throw CommandException.failed(explanation(e), e);
        }
    }

    private Connection open() throws SQLException {
        var properties = new Properties();
        properties.setProperty("user", address.user());
        if (password != null) {
            properties.setProperty("password", password);
        }
        properties.setProperty("connectTimeout", "10000");
        properties.setProperty("allowLocalInfile", "false");
        tls.applyTo(properties, address);
        return DriverManager.getConnection(address.jdbcUrl(), properties);
    }

    private String order(Connection connection) throws SQLException {
        try (var columns = connection.getMetaData().getColumns(address.database(), null, table, "id")) {
            return columns.next() ? "CHAR_LENGTH(id), id" : "1";
        }
    }

    private String explanation(SQLException e) {
        var state = String.valueOf(e.getSQLState());
        if (e instanceof SQLInvalidAuthorizationSpecException || state.startsWith("28")) {
            return address + " does not let " + address.user() + " in; check the user, the password in $"
                    + MysqlAddress.PASSWORD_VARIABLE + " and the database";
        }
        if (state.startsWith("08")) {
            return "cannot talk to " + address + "; check host and port, and with --tls how it is encrypted";
        }
        return "cannot read table " + table + " of " + address
                + "; check that the user may SELECT from it, and name the table of tokens with --table";
    }
}
