package dev.tokenstore.store.embedded;

import java.time.Duration;
import java.time.Instant;

/// The clocks of a machine, moved by hand.
public final class TestMachine {
    public static final Instant START = Instant.parse("2030-01-01T12:00:00Z");

    private Duration passed = Duration.ZERO;
    private Duration slept = Duration.ZERO;
    private Duration wallClockOff = Duration.ZERO;

    public MachineClock clock() {
        return new MachineClock(this::wall, this::nanoTime, this::uptime);
    }

    public synchronized void pass(Duration time) {
        passed = passed.plus(time);
    }

    /// Passes time that the timer does not see.
    public synchronized void sleep(Duration time) {
        slept = slept.plus(time);
    }

    /// Steps the wall clock, from where it stands.
    public synchronized void setWallClockBy(Duration step) {
        wallClockOff = wallClockOff.plus(step);
    }

    /// The time that really is.
    public synchronized Instant now() {
        return START.plus(passed).plus(slept);
    }

    public synchronized Instant wall() {
        return now().plus(wallClockOff);
    }

    public synchronized long nanoTime() {
        return passed.toNanos();
    }

    public synchronized long uptime() {
        return passed.plus(slept).toNanos();
    }
}
