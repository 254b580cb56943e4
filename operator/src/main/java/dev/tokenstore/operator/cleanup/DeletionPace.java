package dev.tokenstore.operator.cleanup;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// Lets a mass deletion leave room for those who save. Deletions are spaced evenly, however many threads carry them
/// out, for a burst makes others wait behind it; and after a deletion a thread rests for a quarter of the time that it
/// took, so that the slower the API server is, the fewer there are. What was not used is not saved up. Thread-safe.
final class DeletionPace {
    private static final int REST_PART = 4;
    private static final long LONGEST_REST_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final long intervalNanos;
    private final LongSupplier nanoTime;
    private final LongConsumer park;
    private long next;

    DeletionPace(int perSecond) {
        this(perSecond, System::nanoTime, LockSupport::parkNanos);
    }

    /// @param nanoTime a monotonic timer, in nanoseconds
    /// @param park lets the current thread sleep for some nanoseconds, or less
    DeletionPace(int perSecond, LongSupplier nanoTime, LongConsumer park) {
        this.intervalNanos = TimeUnit.SECONDS.toNanos(1) / perSecond;
        this.nanoTime = nanoTime;
        this.park = park;
        this.next = nanoTime.getAsLong();
    }

    /// Carries out a deletion when it is its turn, and rests. Waits for nothing once the thread is interrupted.
    <T> T run(Supplier<T> deletion) {
        waitUntil(turn());
        var begin = nanoTime.getAsLong();
        var outcome = deletion.get();
        var end = nanoTime.getAsLong();
        waitUntil(end + Math.min((end - begin) / REST_PART, LONGEST_REST_NANOS));
        return outcome;
    }

    private synchronized long turn() {
        var now = nanoTime.getAsLong();
        var turn = next - now > 0 ? next : now;
        next = turn + intervalNanos;
        return turn;
    }

    private void waitUntil(long moment) {
        for (var left = moment - nanoTime.getAsLong();
                left > 0 && !Thread.currentThread().isInterrupted();
                left = moment - nanoTime.getAsLong()) {
            park.accept(left);
        }
    }
}
