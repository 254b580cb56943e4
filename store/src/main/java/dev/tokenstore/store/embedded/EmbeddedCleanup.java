package dev.tokenstore.store.embedded;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.store.LivingTokens;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StoredToken;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// Deletes the rows of an embedded storage at their deadlines.
///
/// Sleeps until the next deadline; a row that this process saves may bring the wake-up forward. It looks for rows of
/// other processes at the latest after the longest sleep, and only if the [OverdueRows#revision] has changed.
public final class EmbeddedCleanup implements AutoCloseable {
    private static final Duration AFTER_A_FAILURE = Duration.ofMinutes(1);
    private static final Duration AFTER_A_RACE = Duration.ofSeconds(1);

    private final OverdueRows<?> rows;
    private final RetentionPolicy policy;
    private final InstantSource clock;
    private final Duration longestSleep;
    private final CleanupListener listener;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition broughtForward = lock.newCondition();

    // all below only under the lock
    private Instant wake = Instant.MIN;
    private boolean closed;

    /// @param longestSleep how late the cleanup may find a row that another process saves
    public EmbeddedCleanup(
            OverdueRows<?> rows,
            RetentionPolicy policy,
            InstantSource clock,
            Duration longestSleep,
            CleanupListener listener) {
        this.rows = rows;
        this.policy = policy;
        this.clock = clock;
        this.longestSleep = longestSleep;
        this.listener = listener;
        this.thread = Thread.ofVirtual().name("cleanup").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /// Makes sure that a row which this process has just saved is deleted at its deadline.
    public void saved(StoredToken row) {
        policy.deletion(LivingTokens.factsOf(row, clock.instant())).ifPresent(end -> wakeBy(end.deletion()));
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
        Long lastRevision = null;
        while (true) {
            setWake(Instant.MAX);
            Instant next = null;
            try {
                var revision = rows.revision();
                next = sweep();
                lastRevision = revision;
            } catch (StorageException e) {
                listener.cleanupFailed(e);
                next = clock.instant().plus(AFTER_A_FAILURE);
            } catch (RuntimeException e) {
                // a defect must not end the cleanup for good
                listener.cleanupFailed(new StorageException(
                        StorageException.Reason.STORAGE_UNAVAILABLE, "the cleanup failed: " + e.getClass(), e));
                next = clock.instant().plus(AFTER_A_FAILURE);
            }
            if (next != null) {
                wakeBy(next);
            }
            if (!sleepUntilDue(lastRevision)) {
                return;
            }
        }
    }

    /// Deletes what is due now.
    ///
    /// @return when the next row is due; null: none will be
    @Nullable Instant sweep() {
        return sweep(rows);
    }

    private <R> @Nullable Instant sweep(OverdueRows<R> storage) {
        while (true) {
            var now = clock.instant();
            var due = new LinkedHashMap<R, EndReason>();
            var next = new AtomicReference<@Nullable Instant>();
            storage.forEach(
                    now,
                    (row, facts) -> policy.deletion(facts).ifPresent(end -> {
                        if (!end.deletion().isAfter(now)) {
                            due.put(row, end.reason());
                        } else if (next.get() == null || end.deletion().isBefore(next.get())) {
                            next.set(end.deletion());
                        }
                    }));
            if (due.isEmpty()) {
                return next.get();
            }
            var deleted = new EnumMap<EndReason, Integer>(EndReason.class);
            for (var row : storage.deleteUnchanged(due.keySet())) {
                deleted.merge(Objects.requireNonNull(due.get(row)), 1, Integer::sum);
            }
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

    /// @param lastRevision the file's [OverdueRows#dataVersion] before the last look at it
    /// @return false at the end
    private boolean sleepUntilDue(@Nullable Long lastRevision) {
        while (sleep()) {
            if (!clock.instant().isBefore(wakeTime()) || hasChanged(lastRevision)) {
                return true;
            }
        }
        return false;
    }

    private boolean hasChanged(@Nullable Long lastRevision) {
        try {
            return lastRevision == null || lastRevision != rows.revision();
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
                // one nanosecond more: a wake-up before the deadline would find nothing due
                broughtForward.await(Duration.between(now, until).toNanos() + 1, TimeUnit.NANOSECONDS);
            }
            return false;
        } catch (InterruptedException e) {
            return false;
        } finally {
            lock.unlock();
        }
    }

    /// Ends the cleanup; waits for a deletion in flight.
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
