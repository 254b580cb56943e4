package dev.tokenstore.cli.migration.source;

import dev.tokenstore.cli.output.CommandException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Objects;
import java.util.Set;

/// The address of a MySQL database and the user's name: `mysql://USER@HOST[:PORT]/DATABASE`.
public record MysqlAddress(String user, String host, int port, String database) {
    /// The variable that holds the password: every user of the machine can read a command line.
    public static final String PASSWORD_VARIABLE = "TOKENSTORE_MYSQL_PASSWORD";

    static final String SCHEME = "mysql";

    private static final int DEFAULT_PORT = 3306;
    private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]");

    /// Parses an address.
    ///
    /// @throws CommandException if it is malformed or holds a password; the message does not quote it
    public static MysqlAddress parse(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            throw malformed();
        }
        var user = Objects.requireNonNullElse(uri.getUserInfo(), "");
        if (user.contains(":")) {
            throw CommandException.usage(
                    "a password on the command line can be read by every user of this machine; take it out of the"
                            + " address and put it into $" + PASSWORD_VARIABLE);
        }
        var path = Objects.requireNonNullElse(uri.getPath(), "");
        if (user.isEmpty()
                || uri.getHost() == null
                || path.length() < 2
                || path.indexOf('/', 1) > 0
                || uri.getQuery() != null
                || path.chars().anyMatch(character -> "?&#;".indexOf(character) >= 0)) {
            throw malformed();
        }
        return new MysqlAddress(
                user, uri.getHost(), uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort(), path.substring(1));
    }

    private static CommandException malformed() {
        return CommandException.usage(
                "the address of the database is malformed; give mysql://USER@HOST[:PORT]/DATABASE");
    }

    boolean isLocal() {
        return LOCAL.contains(host);
    }

    String jdbcUrl() {
        return "jdbc:mariadb://" + host + ":" + port + "/" + database;
    }

    /// For messages.
    @Override
    public String toString() {
        return "mysql://" + host + ":" + port + "/" + database;
    }
}
