package dev.tokenstore.store;

import dev.tokenstore.api.RetentionPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;

/// Records that a token was read, in a store whose sessions end when they are not used: coarsely, at most once in
/// a tenth of the session timeout, and beside the read, which does not wait for it. Thread-safe.
///
/// A client that may only read does not prolong a session, and is not asked to at every read.
public final class LastUse implements AutoCloseable {
    private static final Duration PAUSE = Duration.ofMinutes(1);
    private static final Duration PATIENCE_AT_THE_END = Duration.ofSeconds(2);

    private final LivingTokens living;
    private final Recorder recorder;
    private final ExecutorService recordings = Executors.newVirtualThreadPerTaskExecutor();
    private final Set<String> beingRecorded = ConcurrentHashMap.newKeySet();
    private volatile Instant pausedUntil = Instant.MIN;

    /// How a storage writes down that a row was read.
    @FunctionalInterface
    public interface Recorder {
        /// Writes that `row` was read now, unless it was saved, or a use was recorded, at `due` or later. A blocking
        /// call, interrupted at the end.
        ///
        /// @throws StorageException if it cannot be written, or could not for some time
        void record(StoredToken row, Instant due);
    }

    public LastUse(LivingTokens living, Recorder recorder) {
        this.living = living;
        this.recorder = recorder;
    }

    /// Takes note that `row` was handed to a reader a moment ago.
    public void note(StoredToken row) {
        var timeout = living.sessionTimeout();
        if (timeout.isEmpty()) {
            return;
        }
        var now = living.now();
        var tenth = timeout.get().dividedBy(RetentionPolicy.USES_RECORDED_PER_TIMEOUT);
        var due = row.lastActive().plus(tenth);
        if (now.isBefore(due) || now.isBefore(pausedUntil) || !beingRecorded.add(row.name())) {
            return;
        }
        try {
            recordings.execute(() -> record(row, due, tenth.dividedBy(2)));
        } catch (RejectedExecutionException e) {
            // the storage was closed meanwhile
            beingRecorded.remove(row.name());
        }
    }

    /// @param most the longest pause that leaves time for another attempt before the session could end
    private void record(StoredToken row, Instant due, Duration most) {
        try {
            recorder.record(row, due);
        } catch (StorageException e) {
            // the reader has its token; it is tried again when there is hope that it helps
            pausedUntil = living.now().plus(PAUSE.compareTo(most) < 0 ? PAUSE : most);
        } finally {
            beingRecorded.remove(row.name());
        }
    }

    /// Lets what is being recorded finish, for a short while.
    @Override
    public void close() {
        recordings.shutdown();
        try {
            if (recordings.awaitTermination(PATIENCE_AT_THE_END.toMillis(), TimeUnit.MILLISECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        recordings.shutdownNow();
    }
}
