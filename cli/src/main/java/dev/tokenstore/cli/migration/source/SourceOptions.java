package dev.tokenstore.cli.migration.source;

import dev.tokenstore.cli.output.CommandException;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The options that name the source of an import; a picocli mixin.
public final class SourceOptions {
    private static final byte[] SQLITE = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

    @Parameters(
            paramLabel = "SOURCE",
            description = "The file of an SDK's FileStore, a SQLite file, or mysql://USER@HOST[:PORT]/DATABASE with the"
                    + " password in $" + MysqlAddress.PASSWORD_VARIABLE + " (asked for if there is a terminal).")
    private String source = "";

    @Option(
            names = "--table",
            paramLabel = "NAME",
            defaultValue = "oauthtoken",
            description = "A database's table of tokens. Default: oauthtoken.")
    private String table = "oauthtoken";

    @Option(
            names = "--dialect",
            paramLabel = "quoted|plain",
            description =
                    "How a file was written: quoted by Python and Java, plain by Node and TypeScript. Default: told"
                            + " from its first line and its end.")
    private CsvFile.@Nullable Dialect dialect;

    @Option(
            names = "--charset",
            paramLabel = "NAME",
            defaultValue = "UTF-8",
            description = "A file's encoding; Python and old Java on Windows write windows-1252. UTF-16 is recognised."
                    + " Default: UTF-8.")
    private Charset charset = StandardCharsets.UTF_8;

    @Option(
            names = "--tls",
            paramLabel = "off|trust|verify",
            description = "How the connection to MySQL is encrypted. Default: off on this machine, else verify.")
    private MysqlTls.@Nullable Mode tls;

    @Option(
            names = "--tls-ca",
            paramLabel = "FILE",
            description = "The certificate (PEM) that the server's must come from. Default: what this machine trusts.")
    private @Nullable Path authority;

    /// The source as it was given, without anything secret.
    public String description() {
        return isMysql() ? MysqlAddress.parse(source).toString() : source;
    }

    private boolean isMysql() {
        return source.startsWith(MysqlAddress.SCHEME + ":");
    }

    /// Opens the source that the options name. Asks for a password if one is needed.
    ///
    /// @throws CommandException if they name nothing that can be read
    public TokenSource open() {
        if (isMysql()) {
            var address = MysqlAddress.parse(source);
            return new MysqlTable(address, table, password(address), new MysqlTls(tls, authority));
        }
        var file = Path.of(source);
        return isSqlite(file) ? new SqliteTable(file, table) : new CsvFile(file, charset, Optional.ofNullable(dialect));
    }

    @SuppressWarnings("SystemConsoleNull") // which NullAway wants to see checked
    private static @Nullable String password(MysqlAddress address) {
        var given = System.getenv(MysqlAddress.PASSWORD_VARIABLE);
        if (given != null) {
            return given;
        }
        var console = System.console();
        if (console == null || !console.isTerminal()) {
            return null;
        }
        var typed = console.readPassword("Password of %s on %s: ", address.user(), address);
        return typed == null ? null : new String(typed);
    }

    private static boolean isSqlite(Path file) {
        try (var in = Files.newInputStream(file)) {
            return Arrays.equals(in.readNBytes(SQLITE.length), SQLITE);
        } catch (IOException e) {
            throw CommandException.failed(
                    "cannot read " + file + "; check that it is there and that you may read it", e);
        }
    }
}
