package dev.tokenstore.store.sqlite;

import dev.tokenstore.store.LivingTokens;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StoredToken;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Deletes rows when their time has come: sleeps until the next deadline, which a save of this process may bring
/// forward. What another process wrote is noticed at the latest after [#LONGEST_SLEEP], by a number that SQLite keeps;
/// where it is unchanged no row is looked at.
final class SqliteCleanup implements AutoCloseable {
    static final Duration LONGEST_SLEEP = Duration.ofMinutes(5);
    private static final Duration AFTER_A_FAILURE = Duration.ofMinutes(1);

    private static final Duration AFTER_A_RACE = Duration.ofSeconds(1);

    private final OverdueRows rows;
    private final InstantSource clock;
    private final Duration longestSleep;
    private final CleanupListener listener;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition broughtForward = lock.newCondition();

    // all below only under the lock
    private Instant wake = Instant.MIN;
    private boolean closed;

    SqliteCleanup(OverdueRows rows, InstantSource clock, Duration longestSleep, CleanupListener listener) {
        this.rows = rows;
        this.clock = clock;
        this.longestSleep = longestSleep;
        this.listener = listener;
        this.thread = Thread.ofVirtual().name("cleanup").unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    /// Takes note of a row that this process stored.
    void stored(StoredToken row) {
        var end = rows.policy().deletion(LivingTokens.factsOf(row, clock.instant()));
        if (end.isPresent()) {
            wakeBy(end.get().deletion());
        }
    }

    private void wakeBy(Instant moment) {
        lock.lock();
        try {
            if (moment.isBefore(wake)) {
                wake = moment;
                broughtForward.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    private void run() {
        Long lookedAt = null;
        while (true) {
            setWake(Instant.MAX);
            Instant next = null;
            try {
                var version = rows.dataVersion();
                next = sweep();
                lookedAt = version;
            } catch (StorageException e) {
                listener.cleanupFailed(e);
                next = clock.instant().plus(AFTER_A_FAILURE);
            } catch (RuntimeException e) {
                // a defect, which must not end the cleanup for good
                listener.cleanupFailed(new StorageException(
                        StorageException.Reason.STORAGE_UNAVAILABLE, "the cleanup failed: " + e.getClass(), e));
                next = clock.instant().plus(AFTER_A_FAILURE);
            }
            if (next != null) {
                wakeBy(next);
            }
            if (!sleepUntilThereIsWork(lookedAt)) {
                return;
            }
        }
    }

    /// Deletes what is due now.
    ///
    /// @return when the next row is due; null: none will be
    @Nullable Instant sweep() {
        while (true) {
            var look = rows.look(clock.instant());
            if (look.due().isEmpty()) {
                return look.next();
            }
            var deleted = rows.delete(look.due());
            if (deleted.isEmpty()) {
                return clock.instant().plus(AFTER_A_RACE);
            }
            listener.deleted(deleted);
        }
    }

    private void setWake(Instant moment) {
        lock.lock();
        try {
            wake = moment;
        } finally {
            lock.unlock();
        }
    }

    /// @param lookedAt the file's [OverdueRows#dataVersion] before the last look at it
    /// @return false at the end
    private boolean sleepUntilThereIsWork(@Nullable Long lookedAt) {
        while (sleep()) {
            if (!clock.instant().isBefore(wakeTime()) || hasChanged(lookedAt)) {
                return true;
            }
        }
        return false;
    }

    private boolean hasChanged(@Nullable Long lookedAt) {
        try {
            return lookedAt == null || lookedAt != rows.dataVersion();
        } catch (StorageException e) {
            return true;
        }
    }

    private Instant wakeTime() {
        lock.lock();
        try {
            return wake;
        } finally {
            lock.unlock();
        }
    }

    /// Sleeps until the wake time, but not longer than [#longestSleep]; false at the end.
    private boolean sleep() {
        lock.lock();
        try {
            var latest = clock.instant().plus(longestSleep);
            while (!closed) {
                var now = clock.instant();
                var until = wake.isBefore(latest) ? wake : latest;
                if (!now.isBefore(until)) {
                    return true;
                }
                // a nanosecond less than needed would be a turn for nothing
                broughtForward.await(Duration.between(now, until).toNanos() + 1, TimeUnit.NANOSECONDS);
            }
            return false;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    /// Ends the cleanup; waits for a deletion that is under way.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            broughtForward.signal();
        } finally {
            lock.unlock();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
