package dev.tokenstore.operator.cleanup;

import dev.tokenstore.runtime.RateLimiter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Leaves the API server room for saves during a mass deletion. Deletions of all threads are spaced evenly, since a
/// burst delays everyone behind it. After a deletion a thread rests for a quarter of the time that the deletion took,
/// so the rate falls when the API server is slow. Thread-safe.
final class DeletionPace {
    private static final int REST_PART = 4;
    private static final long LONGEST_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final RateLimiter limiter;
    private final LongSupplier nanoTime;
    private final LongConsumer park;

    DeletionPace(int perSecond) {
        this(perSecond, System::nanoTime, LockSupport::parkNanos);
    }

    /// @param nanoTime a monotonic clock, in nanoseconds
    /// @param park lets the current thread sleep for some nanoseconds, or less
    DeletionPace(int perSecond, LongSupplier nanoTime, LongConsumer park) {
        this.limiter = new RateLimiter(1, Duration.ofSeconds(1).dividedBy(perSecond), nanoTime);
        this.nanoTime = nanoTime;
        this.park = park;
    }

    /// Waits for a permit, carries out a deletion, and rests. An interrupted thread waits no more.
    <T> T run(Supplier<T> deletion) {
        waitFor(limiter.reserve().toNanos());
        var begin = nanoTime.getAsLong();
        var outcome = deletion.get();
        waitFor(Math.min((nanoTime.getAsLong() - begin) / REST_PART, LONGEST_REST_NANOS));
        return outcome;
    }

    private void waitFor(long nanos) {
        var end = nanoTime.getAsLong() + nanos;
        for (var left = nanos; left > 0 && !Thread.currentThread().isInterrupted(); left = end - nanoTime.getAsLong()) {
            park.accept(left);
        }
    }
}
