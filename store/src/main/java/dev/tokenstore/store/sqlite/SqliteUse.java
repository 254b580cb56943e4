package dev.tokenstore.store.sqlite;

import dev.tokenstore.store.Backoff;
import dev.tokenstore.store.LastUse;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StoredToken;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/// Records on a row that it was read, over a connection of its own: no reader waits while another process has the
/// file's lock.
record SqliteUse(SqliteFile file, InstantSource stamps, RandomGenerator random) implements LastUse.Recorder {
    /// An unrecorded use could end a session early, so a lock is outlived rather than given way to.
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private static final String UPDATE = "UPDATE token SET used_at = ?"
            + " WHERE sequence = ? AND nonce = ? AND max(updated_at, coalesce(used_at, 0)) < ?";

    @Override
    public void record(StoredToken row, Instant due) {
        var backoff = new Backoff(PATIENCE, stamps, random);
        while (true) {
            try {
                write((SqliteRow) row, due);
                return;
            } catch (StorageException e) {
                if (!backoff.pause()) {
                    throw e;
                }
            }
        }
    }

    private void write(SqliteRow row, Instant due) {
        file.write(connection -> {
            try (var statement = connection.prepareStatement(UPDATE)) {
                statement.setLong(1, SqliteRow.nanos(stamps.instant()));
                statement.setLong(2, row.sequence());
                statement.setString(3, row.nonce());
                statement.setLong(4, SqliteRow.nanos(due));
                return statement.executeUpdate();
            }
        });
    }
}
