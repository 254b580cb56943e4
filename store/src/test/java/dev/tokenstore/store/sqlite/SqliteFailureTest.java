package dev.tokenstore.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.store.StorageException.Reason;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

class SqliteFailureTest {
    private static final Path FILE = Path.of("tokens.db");

    @Test
    void everyFailureSaysWhatIsWrongAndWhatToDo() {
        var expected = Map.of(
                SQLiteErrorCode.SQLITE_BUSY, "is locked by another process; end what holds it",
                SQLiteErrorCode.SQLITE_BUSY_RECOVERY, "is locked by another process; end what holds it",
                SQLiteErrorCode.SQLITE_NOTADB, "is not a SQLite database; give the path of another file",
                SQLiteErrorCode.SQLITE_CORRUPT, "is damaged; restore it from a backup",
                SQLiteErrorCode.SQLITE_READONLY_DIRECTORY, "cannot be written; give this account write permission",
                SQLiteErrorCode.SQLITE_CANTOPEN, "cannot be opened; give this account permission",
                SQLiteErrorCode.SQLITE_IOERR_WRITE, "cannot be read or written (disk error); check the disk",
                SQLiteErrorCode.SQLITE_NOMEM, "cannot be used (");

        expected.forEach((code, sentence) -> {
            var failure = SqliteFailure.of(FILE, new SQLiteException("fixture", code));
            assertThat(failure.reason()).isEqualTo(Reason.STORAGE_UNAVAILABLE);
            assertThat(failure).hasMessageContaining("the token file tokens.db " + sentence);
        });
    }

    @Test
    void aFullDiskIsToldFromAnUnavailableOne() {
        var failure = SqliteFailure.of(FILE, new SQLiteException("fixture", SQLiteErrorCode.SQLITE_FULL));

        assertThat(failure.reason()).isEqualTo(Reason.STORAGE_FULL);
        assertThat(failure).hasMessageContaining("disk is full; free some space");
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsReportedWithWhatToDo() {
        var failure = SqliteFailure.of(FILE, new AccessDeniedException("tokens.db"));

        assertThat(failure.reason()).isEqualTo(Reason.STORAGE_UNAVAILABLE);
        assertThat(failure).hasMessageContaining("write permission to its directory");
    }
}
