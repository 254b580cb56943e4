package dev.tokenstore.store.sqlite;

import java.time.Duration;
import java.time.Instant;

/// The clocks of a machine, moved by hand.
final class TestMachine {
    static final Instant START = Instant.parse("2030-01-01T12:00:00Z");

    private Duration passed = Duration.ZERO;
    private Duration slept = Duration.ZERO;
    private Duration wallClockOff = Duration.ZERO;

    MachineClock clock() {
        return new MachineClock(this::wall, this::nanoTime, this::uptime);
    }

    synchronized void pass(Duration time) {
        passed = passed.plus(time);
    }

    /// Passes time that the timer does not see.
    synchronized void sleep(Duration time) {
        slept = slept.plus(time);
    }

    /// Steps the wall clock, from where it stands.
    synchronized void setWallClockBy(Duration step) {
        wallClockOff = wallClockOff.plus(step);
    }

    /// The time that really is.
    synchronized Instant now() {
        return START.plus(passed).plus(slept);
    }

    synchronized Instant wall() {
        return now().plus(wallClockOff);
    }

    synchronized long nanoTime() {
        return passed.toNanos();
    }

    synchronized long uptime() {
        return passed.plus(slept).toNanos();
    }
}
