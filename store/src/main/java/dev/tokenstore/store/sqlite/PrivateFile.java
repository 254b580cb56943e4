package dev.tokenstore.store.sqlite;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;

/// Creates a file that only its owner may use, from the first moment on.
///
/// It never opens the file: closing it would drop the locks that SQLite holds on it in this process.
final class PrivateFile {
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> DIRECTORY = PosixFilePermissions.fromString("rwx------");

    private PrivateFile() {}

    /// Creates the file (0600) and the directories it needs (0700), or takes other people's rights from one that is
    /// there. SQLite gives its `-wal` and `-shm` files the permissions of the file.
    static void prepare(Path file) throws IOException {
        if (!Files.getFileStore(existingParent(file)).supportsFileAttributeView("posix")) {
            return; // no modes here: SQLite creates the file, the directory's access control list protects it
        }
        var parent = file.getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            Files.createDirectories(parent, PosixFilePermissions.asFileAttribute(DIRECTORY));
        }
        try {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(FILE));
        } catch (FileAlreadyExistsException e) {
            for (var suffix : List.of("", "-wal", "-shm")) {
                restrict(file.resolveSibling(file.getFileName() + suffix));
            }
        }
    }

    private static Path existingParent(Path file) {
        var parent = file.getParent();
        while (parent != null && !Files.exists(parent)) {
            parent = parent.getParent();
        }
        return parent == null ? file : parent;
    }

    private static void restrict(Path file) throws IOException {
        if (Files.isRegularFile(file) && !FILE.containsAll(Files.getPosixFilePermissions(file))) {
            Files.setPosixFilePermissions(file, FILE);
        }
    }
}
