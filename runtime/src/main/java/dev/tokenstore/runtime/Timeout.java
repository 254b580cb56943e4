package dev.tokenstore.runtime;

import java.time.Duration;
import java.util.function.LongSupplier;

/// A length of time that begins when it is made, by a monotonic clock. Immutable.
public final class Timeout {
    private final LongSupplier nanoTime;
    private final long end;

    private Timeout(Duration length, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.end = nanoTime.getAsLong() + length.toNanos();
    }

    public static Timeout of(Duration length) {
        return of(length, System::nanoTime);
    }

    /// @param nanoTime a monotonic clock, in nanoseconds
    public static Timeout of(Duration length, LongSupplier nanoTime) {
        return new Timeout(length, nanoTime);
    }

    public boolean isOver() {
        return end - nanoTime.getAsLong() <= 0;
    }

    /// How much of it is left; zero once it is over.
    public Duration left() {
        return Duration.ofNanos(Math.max(0, end - nanoTime.getAsLong()));
    }
}
