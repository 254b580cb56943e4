package dev.tokenstore.store.sqlite;

import dev.tokenstore.store.LastUse;
import dev.tokenstore.store.LivingTokens;
import dev.tokenstore.store.StoredToken;
import java.nio.file.Path;
import java.time.Instant;
import java.util.random.RandomGenerator;

/// What is done to a file beside the calls: uses are recorded, and rows deleted whose time is over. Over a connection
/// of its own, so no call waits while this one waits for another process's lock.
record Housekeeping(SqliteFile file, LastUse lastUse, SqliteCleanup cleanup) implements AutoCloseable {
    /// @param sessionsSince since when uses have been recorded in the file
    static Housekeeping start(
            Path path,
            EmbeddedPolicy policy,
            LivingTokens living,
            MachineClock clock,
            Instant sessionsSince,
            RandomGenerator random,
            CleanupListener listener) {
        var file = SqliteFile.open(path, clock, random);
        var lastUse = new LastUse(living, new SqliteUse(file, clock.stamps(), random));
        var rows = new OverdueRows(file, policy.retention(), sessionsSince);
        var cleanup = new SqliteCleanup(rows, clock, SqliteCleanup.LONGEST_SLEEP, listener);
        cleanup.start();
        return new Housekeeping(file, lastUse, cleanup);
    }

    void used(StoredToken row) {
        lastUse.note(row);
    }

    void stored(StoredToken row) {
        cleanup.stored(row);
    }

    @Override
    public void close() {
        cleanup.close();
        lastUse.close();
        file.close();
    }
}
