package dev.tokenstore.operator.token;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Whether a watch has been broken for so long that people should know. Watches end and begin all the time, and a
/// restart of the API server takes some seconds. Thread-safe.
public final class Interruption {
    static final Duration REPORTED_AFTER = Duration.ofMinutes(1);

    private final LongSupplier nanoTime;
    private @Nullable Long since;
    private boolean isReported;

    /// @param nanoTime a monotonic timer, in nanoseconds
    public Interruption(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /// Records whether the watch is open now; returns whether [#isReported] has changed by that.
    public synchronized boolean observe(boolean isOpen) {
        if (isOpen) {
            since = null;
        } else if (since == null) {
            since = nanoTime.getAsLong();
        }
        var was = isReported;
        isReported = since != null && nanoTime.getAsLong() - since >= REPORTED_AFTER.toNanos();
        return was != isReported;
    }

    /// Whether the watch had been broken for a minute when it was last observed.
    public synchronized boolean isReported() {
        return isReported;
    }
}
