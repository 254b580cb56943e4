package dev.tokenstore.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenstore.sidecar.SidecarConfig.UnixSocket;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnixSocketFileTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"0600, rw-------", "0666, rw-rw-rw-", "0640, rw-r-----"})
    void hasItsPermissionsFromTheFirstMoment(String mode, String permissions) throws IOException {
        var path = directory.resolve("s");
        try (var file = new UnixSocketFile(new UnixSocket(path, Integer.parseInt(mode, 8)));
                var server = bind(file.bindPath())) {
            assertThat(path).doesNotExist();

            file.publish();

            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo(permissions);
            try (var client = SocketChannel.open(UnixDomainSocketAddress.of(path))) {
                assertThat(client.isConnected()).isTrue();
                assertThat(server.isOpen()).isTrue();
            }
        }
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void makesADirectoryThatOnlyItsOwnerCanOpen() throws IOException {
        var path = directory.resolve("own/s");

        new UnixSocketFile(new UnixSocket(path, 0600, true)).close();
        new UnixSocketFile(new UnixSocket(path, 0600, true)).close();

        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path.getParent())))
                .isEqualTo("rwx------");
    }

    @Test
    void refusesADirectoryThatOthersCanOpen() throws IOException {
        var open = Files.createDirectory(directory.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));

        assertThatThrownBy(() -> new UnixSocketFile(new UnixSocket(open.resolve("s"), 0600, true)))
                .isInstanceOf(StartException.class)
                .hasMessage("cannot make a socket in " + open
                        + ": it is no directory that only this user can open; remove it or give --socket a path");
    }

    @Test
    void replacesTheSocketOfADeadProcess() throws IOException {
        var path = directory.resolve("s");
        bind(path).close();
        assertThat(path).exists();

        try (var file = new UnixSocketFile(new UnixSocket(path, 0600));
                var server = bind(file.bindPath())) {
            file.publish();

            assertThat(server.isOpen()).isTrue();
            SocketChannel.open(UnixDomainSocketAddress.of(path)).close();
        }
    }

    @Test
    void refusesTheSocketOfALivingProcess() throws IOException {
        var path = directory.resolve("s");
        try (var living = bind(path)) {
            assertThatThrownBy(() -> new UnixSocketFile(new UnixSocket(path, 0600)))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining(path.toString())
                    .hasMessageContaining("another process");
            assertThat(living.isOpen()).isTrue();
        }
        assertThat(path).exists();
    }

    @Test
    void neverRemovesSomethingElse() throws IOException {
        var path = Files.writeString(directory.resolve("s"), "precious");

        assertThatThrownBy(() -> new UnixSocketFile(new UnixSocket(path, 0600)))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("not a socket");

        assertThat(path).hasContent("precious");
    }

    @Test
    void leavesTheSocketOfItsSuccessorAlone() throws IOException {
        var path = directory.resolve("s");
        var file = new UnixSocketFile(new UnixSocket(path, 0600));
        try (var server = bind(file.bindPath())) {
            file.publish();
            Files.delete(path);
            try (var successor = bind(path)) {
                file.close();

                assertThat(path).exists();
                assertThat(successor.isOpen()).isTrue();
            }
            assertThat(server.isOpen()).isTrue();
        }
    }

    @Test
    void saysWhatIsWrongWithThePath() {
        assertThatThrownBy(() -> new UnixSocketFile(new UnixSocket(directory.resolve("x".repeat(120)), 0600)))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("longer than");
        assertThatThrownBy(() -> new UnixSocketFile(new UnixSocket(directory.resolve("no/s"), 0600)))
                .isInstanceOf(StartException.class)
                .hasMessageContaining("directory does not exist");
    }

    private static ServerSocketChannel bind(Path path) throws IOException {
        var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        server.bind(UnixDomainSocketAddress.of(path));
        return server;
    }
}
