package dev.tokenstore.sidecar;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/// Lets something happen at most once in an interval. Thread-safe.
final class RateLimit {
    private final Duration interval;
    private final InstantSource clock;
    private final AtomicReference<Instant> next = new AtomicReference<>(Instant.MIN);

    RateLimit(Duration interval, InstantSource clock) {
        this.interval = interval;
        this.clock = clock;
    }

    boolean permits() {
        var now = clock.instant();
        var due = next.get();
        return !now.isBefore(due) && next.compareAndSet(due, now.plus(interval));
    }
}
