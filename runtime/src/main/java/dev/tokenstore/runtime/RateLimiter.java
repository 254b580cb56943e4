package dev.tokenstore.runtime;

import java.time.Duration;
import java.util.function.LongSupplier;

/// A token bucket: at most `burst` permits at once, one more after each interval. Thread-safe.
public final class RateLimiter {
    private final long intervalNanos;
    private final long burstNanos;
    private final LongSupplier nanoTime;
    /// The moment at which the bucket is full again; the only state of a token bucket (GCRA).
    private long fullAt;

    /// Returns a limiter by the machine's monotonic clock.
    public RateLimiter(int burst, Duration interval) {
        this(burst, interval, System::nanoTime);
    }

    /// @param burst at least 1
    /// @param nanoTime a monotonic clock, in nanoseconds
    public RateLimiter(int burst, Duration interval, LongSupplier nanoTime) {
        if (burst < 1 || !interval.isPositive()) {
            throw new IllegalArgumentException("a rate limiter needs a burst of at least 1 and a positive interval");
        }
        this.intervalNanos = interval.toNanos();
        this.burstNanos = Math.multiplyExact(intervalNanos, burst);
        this.nanoTime = nanoTime;
        this.fullAt = nanoTime.getAsLong();
    }

    /// Takes a permit if there is one now.
    public synchronized boolean tryAcquire() {
        var now = nanoTime.getAsLong();
        if (waitNanos(now) > 0) {
            return false;
        }
        take(now);
        return true;
    }

    /// Takes the next permit, now or in the future.
    ///
    /// @return how long the caller has to wait before it uses the permit
    public synchronized Duration reserve() {
        var now = nanoTime.getAsLong();
        var wait = waitNanos(now);
        take(now);
        return Duration.ofNanos(wait);
    }

    /// Returns how long it takes until there is a permit, if nobody else takes it.
    public synchronized Duration untilAvailable() {
        return Duration.ofNanos(waitNanos(nanoTime.getAsLong()));
    }

    private long waitNanos(long now) {
        return Math.max(0, Math.max(fullAt - now, 0) + intervalNanos - burstNanos);
    }

    private void take(long now) {
        fullAt = (fullAt - now > 0 ? fullAt : now) + intervalNanos;
    }
}
