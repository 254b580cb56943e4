package dev.tokenstore.operator.store;

import dev.tokenstore.runtime.RateLimiter;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// Limits the events of a store: at most [#BURST] of one reason at once, then one in [#REFILL]. Thread-safe.
final class EventPace {
    static final int BURST = 10;
    static final Duration REFILL = Duration.ofMinutes(1);

    private static final int REMEMBERED = 4_096;

    private record Source(String storeUid, String reason) {}

    private final LongSupplier nanoTime;
    private final Map<Source, RateLimiter> limiters = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Source, RateLimiter> eldest) {
            return size() > REMEMBERED;
        }
    };

    /// @param nanoTime a monotonic clock, in nanoseconds
    EventPace(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /// Returns whether an event may be written now; if so it counts.
    synchronized boolean allows(String storeUid, String reason) {
        return limiters.computeIfAbsent(
                        new Source(storeUid, reason), source -> new RateLimiter(BURST, REFILL, nanoTime))
                .tryAcquire();
    }
}
