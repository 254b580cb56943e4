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
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
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
    private final AtomicReference<Instant> wakeUp = new AtomicReference<>(Instant.MIN);
    private volatile boolean closed;

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
        if (moment.isBefore(wakeUp.getAndAccumulate(moment, (before, next) -> next.isBefore(before) ? next : before))) {
            LockSupport.unpark(thread);
        }
    }

    private void run() {
        while (!closed) {
            wakeUp.set(Instant.MAX);
            var revision = OptionalLong.empty();
            try {
                revision = OptionalLong.of(rows.revision());
                var next = sweep();
                if (next != null) {
                    wakeBy(next);
                }
            } catch (StorageException e) {
                retryAfter(e);
            } catch (RuntimeException e) {
                // a defect must not end the cleanup for good
                retryAfter(new StorageException(
                        StorageException.Reason.STORAGE_UNAVAILABLE, "the cleanup failed: " + e.getClass(), e));
            }
            do {
                sleep();
            } while (!closed && clock.instant().isBefore(wakeUp.get()) && revision.equals(revisionNow()));
        }
    }

    private void retryAfter(StorageException failure) {
        listener.cleanupFailed(failure);
        wakeBy(clock.instant().plus(AFTER_A_FAILURE));
    }

    /// Sleeps until the wake-up, but not longer than the longest sleep; may end early.
    private void sleep() {
        var now = clock.instant();
        var latest = now.plus(longestSleep);
        var until = wakeUp.get().isBefore(latest) ? wakeUp.get() : latest;
        // one nanosecond more: a wake-up before the deadline would find nothing due
        LockSupport.parkNanos(Duration.between(now, until).toNanos() + 1);
    }

    /// Empty if the storage fails, and so different from the last one.
    private OptionalLong revisionNow() {
        try {
            return OptionalLong.of(rows.revision());
        } catch (StorageException e) {
            return OptionalLong.empty();
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

    /// Ends the cleanup; waits for a deletion in flight.
    @Override
    public void close() {
        closed = true;
        LockSupport.unpark(thread);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
