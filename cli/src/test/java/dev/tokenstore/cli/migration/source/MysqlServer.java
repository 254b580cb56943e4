package dev.tokenstore.cli.migration.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tokenstore.testing.process.BoundedCommand;
import dev.tokenstore.testing.process.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A MariaDB server of its own: on loopback, in a temporary folder, gone when this is closed.
public final class MysqlServer implements AutoCloseable {
    /// Of the users `importer`, who may read, and `encrypted`, who must come encrypted.
    public static final String PASSWORD = "fixture-secret-of-mysql";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /// What an unprivileged server may be called; root has to name an account that is not root.
    private static final String ACCOUNT = "mysql";

    private final Process process;
    private final int port;
    private final Path folder;

    private MysqlServer(Process process, int port, Path folder) {
        this.process = process;
        this.port = port;
        this.folder = folder;
    }

    /// Starts one, or skips the test where no server is installed; in CI that is a failure.
    public static MysqlServer startOrSkip() {
        var isThere = program().isPresent();
        if (System.getenv("CI") != null) {
            assertThat(isThere)
                    .as("no MariaDB server is installed (Debian: apt-get install mariadb-server)")
                    .isTrue();
        }
        assumeTrue(isThere, "skipped, for no MariaDB server is installed (Debian: apt-get install mariadb-server)");
        return start();
    }

    private static Optional<Path> program() {
        return Stream.of("/usr/sbin/mariadbd", "/usr/bin/mariadbd", "/usr/sbin/mysqld")
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    /// With a database `zohooauth`.
    private static MysqlServer start() {
        try {
            var folder = Files.createTempDirectory("mysql-for-tests-");
            var data = Files.createDirectory(folder.resolve("data"));
            var asRoot = System.getProperty("user.name").equals("root");
            if (asRoot) {
                for (var each : List.of(folder, data)) {
                    Files.setOwner(
                            each,
                            each.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(ACCOUNT));
                }
            }
            var account = asRoot ? List.of("--user=" + ACCOUNT) : List.<String>of();
            var install = new ArrayList<>(List.of(
                    "mariadb-install-db",
                    "--no-defaults",
                    "--auth-root-authentication-method=normal",
                    "--skip-test-db",
                    "--datadir=" + data));
            install.addAll(account);
            new BoundedCommand(install, folder.resolve("install.log")).runSuccessfully(PATIENCE);
            var certificate = ServerCertificate.create(folder);
            var port = Ports.free();
            var command = new ArrayList<>(List.of(
                    program().orElseThrow().toString(),
                    "--no-defaults",
                    "--datadir=" + data,
                    "--socket=" + folder.resolve("s"),
                    "--pid-file=" + folder.resolve("pid"),
                    "--bind-address=127.0.0.1",
                    "--port=" + port,
                    "--skip-name-resolve",
                    "--ssl-cert=" + certificate.certificate(),
                    "--ssl-key=" + certificate.key(),
                    "--innodb-flush-log-at-trx-commit=0"));
            command.addAll(account);
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("server.log").toFile())
                    .start();
            var server = new MysqlServer(process, port, folder);
            await().atMost(PATIENCE).ignoreExceptions().until(() -> {
                try (var root = server.connect("root", "", "")) {
                    return root.isValid(1);
                }
            });
            server.prepare();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void prepare() {
        try (var root = connect("root", "", "");
                var statement = root.createStatement()) {
            statement.execute("CREATE DATABASE zohooauth CHARACTER SET utf8mb4");
            statement.execute("CREATE USER importer@'%' IDENTIFIED BY '" + PASSWORD + "'");
            statement.execute("GRANT SELECT ON zohooauth.* TO importer@'%'");
            statement.execute("CREATE USER encrypted@'%' IDENTIFIED BY '" + PASSWORD + "' REQUIRE SSL");
            statement.execute("GRANT SELECT ON zohooauth.* TO encrypted@'%'");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /// What the server's own certificate is checked against.
    Path certificate() {
        return folder.resolve("cert.pem");
    }

    public int port() {
        return port;
    }

    /// With all rights on the tokens' database.
    public Connection connect() throws SQLException {
        return connect("root", "", "zohooauth");
    }

    private Connection connect(String user, String password, String database) throws SQLException {
        return DriverManager.getConnection("jdbc:mariadb://127.0.0.1:" + port + "/" + database, user, password);
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            try (var files = Files.walk(folder)) {
                for (var file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
