package dev.tokenstore.store.sqlite;

import static dev.tokenstore.store.StorageException.Reason.STORAGE_FULL;
import static dev.tokenstore.store.StorageException.Reason.STORAGE_UNAVAILABLE;

import dev.tokenstore.store.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;

/// Failures of SQLite and the file system, as callers of the store see them. No message holds a value.
final class SqliteFailure {
    /// With less space than this, an I/O error of SQLite is a full disk.
    private static final long ROOM_FOR_A_WRITE = 64 * 1024;

    private SqliteFailure() {}

    static StorageException of(Path file, SQLException failure) {
        var code = SQLiteErrorCode.getErrorCode(failure.getErrorCode() & 0xff);
        return switch (code) {
            case SQLITE_BUSY, SQLITE_LOCKED ->
                unavailable("is locked by another process; end what holds it, then try again", file, failure);
            case SQLITE_FULL -> full(file, failure);
            case SQLITE_IOERR ->
                isDiskFull(file)
                        ? full(file, failure)
                        : unavailable("cannot be read or written (disk error); check the disk", file, failure);
            case SQLITE_NOTADB ->
                unavailable("is not a SQLite database; give the path of another file or a new one", file, failure);
            case SQLITE_CORRUPT ->
                unavailable("is damaged; restore it from a backup, or move it away to start anew", file, failure);
            case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH ->
                unavailable("cannot be written; give this account write permission to it", file, failure);
            case SQLITE_CANTOPEN ->
                unavailable("cannot be opened; give this account permission to it and its directory", file, failure);
            default -> unavailable("cannot be used (" + code + "); see the cause", file, failure);
        };
    }

    static StorageException of(Path file, IOException failure) {
        return unavailable(
                "cannot be created or protected (" + failure.getClass().getSimpleName()
                        + "); give this account write permission to its directory, or give another path",
                file,
                failure);
    }

    /// A failure without a cause.
    static StorageException unavailable(Path file, String whatAndWhatToDo) {
        return new StorageException(STORAGE_UNAVAILABLE, "the token file " + file + " " + whatAndWhatToDo);
    }

    private static StorageException unavailable(String whatAndWhatToDo, Path file, Exception cause) {
        return new StorageException(STORAGE_UNAVAILABLE, "the token file " + file + " " + whatAndWhatToDo, cause);
    }

    private static StorageException full(Path file, Exception cause) {
        return new StorageException(
                STORAGE_FULL,
                "the token file " + file + " cannot grow because the disk is full; free some space, then try again",
                cause);
    }

    private static boolean isDiskFull(Path file) {
        try {
            return Files.getFileStore(file).getUsableSpace() < ROOM_FOR_A_WRITE;
        } catch (IOException e) {
            return false;
        }
    }
}
