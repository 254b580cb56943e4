package dev.tokenstore.testing.process;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Waits for the effects of other processes.
public final class Polling {
    private static final long PAUSE_MILLIS = 50;

    private Polling() {}

    /// Evaluates a condition until it holds or throws; returns false if it does not hold within the limit.
    ///
    /// @throws ProgramException if this thread is interrupted
    public static boolean until(Duration limit, BooleanSupplier condition) {
        var deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ProgramException("interrupted while waiting", e);
            }
        }
        return true;
    }
}
