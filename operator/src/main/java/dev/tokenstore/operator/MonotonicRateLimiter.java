package dev.tokenstore.operator;

import dev.tokenstore.runtime.RateLimiter;
import io.javaoperatorsdk.operator.processing.event.rate.RateLimiter.RateLimitState;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Limits how often a store is reconciled, by a monotonic clock. The operator SDK's own limiter goes by the machine's
/// clock: when that is set back by an hour, stores are not reconciled for an hour.
final class MonotonicRateLimiter
        implements io.javaoperatorsdk.operator.processing.event.rate.RateLimiter<MonotonicRateLimiter.Permits> {
    private final int burst;
    private final Duration interval;
    private final LongSupplier nanoTime;

    /// @param nanoTime a monotonic clock, in nanoseconds
    MonotonicRateLimiter(int burst, Duration interval, LongSupplier nanoTime) {
        this.burst = burst;
        this.interval = interval;
        this.nanoTime = nanoTime;
    }

    @Override
    public Optional<Duration> isLimited(RateLimitState state) {
        var limiter = ((Permits) state).limiter();
        return limiter.tryAcquire() ? Optional.empty() : Optional.of(limiter.untilAvailable());
    }

    @Override
    public Permits initState() {
        return new Permits(new RateLimiter(burst, interval, nanoTime));
    }

    /// The permits of one store.
    record Permits(RateLimiter limiter) implements RateLimitState {}
}
