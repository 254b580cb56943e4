package dev.tokenstore.store.kubernetes;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// The API server's clock, as far as its replies tell: pods' clocks differ, so stamps on Secrets are taken from here.
///
/// A reply's `Date` is never ahead of the server's clock and less than a second behind it when it is written. So every
/// reply
/// gives a lower bound of the offset, and the highest bound of the last minutes is the best estimate: at first up to a
/// second behind, soon only by the shortest latency. Thread-safe.
public final class ServerClock implements InstantSource {
    private static final Duration WINDOW = Duration.ofMinutes(10);
    private static final Duration PLAUSIBLE = Duration.ofSeconds(10);

    private final InstantSource local;
    private Duration offset = Duration.ZERO;
    private Duration nextOffset = Duration.ZERO;
    private Instant windowEnd = Instant.MIN;

    /// @param local this machine's clock, however wrong
    public ServerClock(InstantSource local) {
        this.local = local;
    }

    /// Takes note of the `Date` of a reply that has just arrived.
    public synchronized void observe(Instant date) {
        var now = local.instant();
        var bound = Duration.between(now, date);
        if (windowEnd.equals(Instant.MIN) || instant().isAfter(date.plus(PLAUSIBLE))) {
            offset = bound;
            nextOffset = bound;
            windowEnd = now.plus(WINDOW);
            return;
        }
        if (now.isAfter(windowEnd)) {
            offset = nextOffset;
            nextOffset = bound;
            windowEnd = now.plus(WINDOW);
        }
        nextOffset = longer(nextOffset, bound);
        offset = longer(offset, nextOffset);
    }

    @Override
    public synchronized Instant instant() {
        return local.instant().plus(offset);
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? b : a;
    }
}
