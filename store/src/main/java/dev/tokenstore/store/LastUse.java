package dev.tokenstore.store;

import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.runtime.ExpiringValue;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/// Records last use in a store whose sessions end without use: at most once in a tenth of the session timeout, and in
/// the background, so that no read waits. Thread-safe.
///
/// After a failure, for instance of a client that may only read, it pauses.
public final class LastUse implements UseRecorder, AutoCloseable {
    private static final Duration PAUSE = Duration.ofMinutes(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final LivingTokens living;
    private final Writer writer;
    private final ExecutorService recordings = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<String> beingRecorded = ConcurrentHashMap.newKeySet();
    private final ExpiringValue<StorageException> failure;

    /// Writes last use to a storage.
    @FunctionalInterface
    public interface Writer {
        /// Writes that `row` was read now, unless it was saved, or a use was recorded, at `due` or later.
        /// Blocks; interrupted at the end.
        ///
        /// @throws StorageException if it cannot be written
        void write(StoredToken row, Instant due);
    }

    public LastUse(LivingTokens living, Writer writer) {
        this.living = living;
        this.writer = writer;
        this.failure = new ExpiringValue<>(living::now);
    }

    @Override
    public void recordUse(StoredToken row) {
        var timeout = living.sessionTimeout();
        if (timeout.isEmpty()) {
            return;
        }
        var now = living.now();
        var tenth = timeout.get().dividedBy(RetentionPolicy.USES_RECORDED_PER_TIMEOUT);
        var due = row.lastActive().plus(tenth);
        if (now.isBefore(due) || failure.fresh().isPresent() || !beingRecorded.add(row.name())) {
            return;
        }
        try {
            recordings.execute(() -> record(row, due, tenth.dividedBy(2)));
        } catch (RejectedExecutionException e) {
            // closed meanwhile
            beingRecorded.remove(row.name());
        }
    }

    /// @param longestPause leaves time for another attempt before the session could end
    private void record(StoredToken row, Instant due, Duration longestPause) {
        try {
            writer.write(row, due);
        } catch (StorageException e) {
            failure.set(e, PAUSE.compareTo(longestPause) < 0 ? PAUSE : longestPause);
        } finally {
            beingRecorded.remove(row.name());
        }
    }

    /// Waits briefly for records that are in flight.
    @Override
    public void close() {
        recordings.shutdown();
        try {
            if (recordings.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        recordings.shutdownNow();
    }
}
