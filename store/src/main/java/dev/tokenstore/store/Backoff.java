package dev.tokenstore.store;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.random.RandomGenerator;

/// Pauses between attempts at the same thing: short at first, doubling, with full jitter, until a time limit is
/// reached.
/// One instance serves one call; not thread-safe.
public final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(8);
    private static final Duration LONGEST = Duration.ofMillis(400);

    private final InstantSource clock;
    private final RandomGenerator random;
    private final Instant end;
    private Duration next = FIRST;

    public Backoff(Duration limit, InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
        this.end = clock.instant().plus(limit);
    }

    /// Waits a moment, or returns false at once when the time is up or the thread was interrupted.
    public boolean pause() {
        if (Thread.currentThread().isInterrupted() || !clock.instant().isBefore(end)) {
            return false;
        }
        try {
            Thread.sleep(Duration.ofMillis(1 + random.nextLong(next.toMillis())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        next = next.multipliedBy(2).compareTo(LONGEST) < 0 ? next.multipliedBy(2) : LONGEST;
        return true;
    }
}
