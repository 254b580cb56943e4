package dev.tokenstore.sidecar;

import dev.tokenstore.sidecar.SidecarConfig.UnixSocket;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// The file of a Unix socket: bound under another name, given its permissions, then put in its place at once, so that
/// nobody can connect before the permissions are right, and a stale file is replaced without a gap.
final class UnixSocketFile implements AutoCloseable {
    /// What the kernel has room for, without the final zero (Linux 107, macOS 103).
    private static final int LONGEST_PATH = 103;

    private static final Set<PosixFilePermission> OWNER_ALONE = PosixFilePermissions.fromString("rwx------");

    private final UnixSocket socket;
    private final Path bindPath;
    private Optional<Object> published = Optional.empty();

    /// Checks that the socket can be made.
    ///
    /// @throws StartException if another process serves there, something else is in its place, or the path is too long
    UnixSocketFile(UnixSocket socket) {
        this.socket = socket;
        this.bindPath = socket.path()
                .resolveSibling("." + Long.toString(ProcessHandle.current().pid(), Character.MAX_RADIX));
        var longer = Math.max(lengthOf(socket.path()), lengthOf(bindPath));
        if (longer > LONGEST_PATH) {
            throw new StartException("cannot make the socket " + socket.path() + ": its path is longer than "
                    + LONGEST_PATH + " bytes; give --socket a shorter one");
        }
        if (socket.makeDirectory()) {
            makePrivate(socket.path().resolveSibling("."));
        }
        requireFree();
    }

    /// Makes a directory that only this user can open. A directory that is there is accepted if it is one already.
    private static void makePrivate(Path path) {
        var directory = path.normalize();
        try {
            Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(OWNER_ALONE));
        } catch (FileAlreadyExistsException e) {
            if (!isPrivate(directory)) {
                throw new StartException("cannot make a socket in " + directory
                        + ": it is no directory that only this user can open; remove it or give --socket a path");
            }
        } catch (IOException e) {
            throw new StartException(
                    "cannot make the directory " + directory + " for the socket; give --socket a path", e);
        }
    }

    private static boolean isPrivate(Path directory) {
        try {
            var attributes = Files.readAttributes(directory, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            return attributes.isDirectory()
                    && attributes.owner().getName().equals(System.getProperty("user.name"))
                    && attributes.permissions().equals(OWNER_ALONE);
        } catch (IOException e) {
            return false;
        }
    }

    private static int lengthOf(Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    private void requireFree() {
        var path = socket.path();
        try {
            if (!Files.isDirectory(path.resolveSibling("."))) {
                throw new StartException("cannot make the socket " + path + ": its directory does not exist");
            }
            Files.deleteIfExists(bindPath);
            if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                return;
            }
            var attributes = Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            if (!attributes.isOther()) {
                throw new StartException("cannot make the socket " + path
                        + ": something that is not a socket is there; remove it or give --socket another path");
            }
        } catch (IOException e) {
            throw new StartException("cannot make the socket " + path + ": its directory cannot be used", e);
        }
        if (isServed(path)) {
            throw new StartException("cannot make the socket " + path
                    + ": another process is serving there; stop it or give --socket another path");
        }
    }

    private static boolean isServed(Path path) {
        try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            return channel.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            return false;
        }
    }

    /// Where to bind.
    Path bindPath() {
        return bindPath;
    }

    /// Puts the bound socket in its place.
    void publish() {
        try {
            Files.setPosixFilePermissions(bindPath, permissions(socket.mode()));
            Files.move(bindPath, socket.path(), StandardCopyOption.ATOMIC_MOVE);
            published = fileKey();
        } catch (IOException e) {
            throw new StartException("cannot make the socket " + socket.path() + ": its directory cannot be used", e);
        }
    }

    private Optional<Object> fileKey() {
        try {
            return Optional.ofNullable(
                    Files.readAttributes(socket.path(), BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                            .fileKey());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        var permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (var permission : PosixFilePermission.values()) {
            if ((mode & (0400 >> permission.ordinal())) != 0) {
                permissions.add(permission);
            }
        }
        return permissions;
    }

    /// Removes the file, unless another process has put its own there meanwhile.
    @Override
    public void close() {
        try {
            Files.deleteIfExists(bindPath);
            if (published.isPresent() && published.equals(fileKey())) {
                Files.deleteIfExists(socket.path());
            }
        } catch (IOException e) {
            // a file that stays is replaced at the next start
        }
    }
}
