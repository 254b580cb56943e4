package dev.tokenstore.runtime;

import java.time.Duration;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/// Exponential backoff: the delays between attempts at one operation, each twice the one before, up to a longest one.
///
/// Not thread-safe: one instance serves one operation.
public final class Backoff {
    private final Duration first;
    private final Duration longest;
    private final UnaryOperator<Duration> jitter;
    private Duration next;

    private Backoff(Duration first, Duration longest, UnaryOperator<Duration> jitter) {
        if (!first.isPositive() || longest.compareTo(first) < 0) {
            throw new IllegalArgumentException("the first delay must be positive and not longer than the longest one");
        }
        this.first = first;
        this.longest = longest;
        this.jitter = jitter;
        this.next = first;
    }

    /// Returns a backoff without jitter, for operations that one process repeats alone.
    public static Backoff exponential(Duration first, Duration longest) {
        return new Backoff(first, longest, delay -> delay);
    }

    /// Returns a backoff with full jitter, for operations that many callers repeat at the same time: each delay is
    /// random between one millisecond and the exponential one.
    public static Backoff withFullJitter(Duration first, Duration longest, RandomGenerator random) {
        return new Backoff(
                first, longest, delay -> Duration.ofMillis(1 + random.nextLong(Math.max(1, delay.toMillis()))));
    }

    /// Returns a backoff for short operations that fail because others change or lock the same thing: full jitter,
    /// from 8 ms to 400 ms.
    public static Backoff forContention(RandomGenerator random) {
        return withFullJitter(Duration.ofMillis(8), Duration.ofMillis(400), random);
    }

    /// Returns the delay before the next attempt.
    public Duration next() {
        var delay = next;
        next = delay.multipliedBy(2).compareTo(longest) < 0 ? delay.multipliedBy(2) : longest;
        return jitter.apply(delay);
    }

    /// Sleeps for the next delay.
    ///
    /// @return false if the thread is interrupted; its interrupt flag stays set
    public boolean sleep() {
        try {
            Thread.sleep(next());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Sleeps for the next delay, unless the timeout is over.
    ///
    /// @return false if the timeout is over or the thread is interrupted; its interrupt flag stays set
    public boolean sleep(Timeout timeout) {
        return !timeout.isOver() && sleep();
    }

    /// Starts again with the first delay, after a success.
    public void reset() {
        next = first;
    }
}
