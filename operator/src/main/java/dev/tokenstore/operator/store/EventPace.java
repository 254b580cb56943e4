package dev.tokenstore.operator.store;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// Limits the events of a store: at most [#BURST] of one reason at once, then one in [#REFILL]. Thread-safe.
final class EventPace {
    static final int BURST = 10;
    static final Duration REFILL = Duration.ofMinutes(1);

    private static final int REMEMBERED = 4_096;

    private record Source(String storeUid, String reason) {}

    /// When the bucket of a source is full again.
    private final Map<Source, Instant> fullAt = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Source, Instant> eldest) {
            return size() > REMEMBERED;
        }
    };

    /// Whether an event may be written now; if so it counts.
    synchronized boolean allows(String storeUid, String reason, Instant now) {
        var source = new Source(storeUid, reason);
        var full = fullAt.getOrDefault(source, now);
        var next = (full.isBefore(now) ? now : full).plus(REFILL);
        if (next.isAfter(now.plus(REFILL.multipliedBy(BURST)))) {
            return false;
        }
        fullAt.put(source, next);
        return true;
    }
}
