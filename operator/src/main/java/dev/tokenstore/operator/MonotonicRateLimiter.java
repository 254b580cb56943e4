package dev.tokenstore.operator;

import io.javaoperatorsdk.operator.processing.event.rate.RateLimiter;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Lets each store be reconciled a few times in a period, by a timer that nobody sets: the SDK's own limiter goes
/// by the machine's clock, and refuses for as long as that was set back.
final class MonotonicRateLimiter implements RateLimiter<MonotonicRateLimiter.Period> {
    private final long periodNanos;
    private final int permits;
    private final LongSupplier nanoTime;

    /// @param nanoTime a monotonic timer, in nanoseconds
    MonotonicRateLimiter(Duration period, int permits, LongSupplier nanoTime) {
        this.periodNanos = period.toNanos();
        this.permits = permits;
        this.nanoTime = nanoTime;
    }

    @Override
    public Optional<Duration> isLimited(RateLimitState state) {
        return ((Period) state).take(nanoTime.getAsLong(), periodNanos, permits);
    }

    @Override
    public Period initState() {
        return new Period(nanoTime.getAsLong());
    }

    /// The period that a store is in.
    static final class Period implements RateLimiter.RateLimitState {
        private long start;
        private int taken;

        private Period(long start) {
            this.start = start;
        }

        private synchronized Optional<Duration> take(long now, long length, int permits) {
            if (now - start >= length) {
                start = now;
                taken = 0;
            }
            if (taken < permits) {
                taken++;
                return Optional.empty();
            }
            return Optional.of(Duration.ofNanos(start + length - now));
        }
    }
}
