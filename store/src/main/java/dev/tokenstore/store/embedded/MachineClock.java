package dev.tokenstore.store.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/// A clock that starts at the wall clock's time and goes on by the machine's timer. The age of rows is judged by it, so
/// that a step of the wall clock ends no token. Thread-safe.
///
/// Time that the machine slept counts where `/proc/uptime` exists (Linux); elsewhere this clock is late by it until the
/// program starts again, never early. A restart starts at the wall clock's time again.
public final class MachineClock implements InstantSource {
    private static final Path UPTIME = Path.of("/proc/uptime");
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private final InstantSource wall;
    private final LongSupplier nanoTime;
    private final LongSupplier uptime;
    private final Instant start;
    private final long startNanos;
    private final long startUptime;
    private long lookedForSleep;
    private long asleep;

    /// @param wall the wall clock
    public MachineClock(InstantSource wall) {
        this(wall, System::nanoTime, Files.isReadable(UPTIME) ? MachineClock::uptimeNanos : System::nanoTime);
    }

    /// @param nanoTime a timer in nanoseconds that may stand still while the machine sleeps
    /// @param uptime a timer in nanoseconds, however coarse, that goes on while the machine sleeps, where there is
    /// one
    MachineClock(InstantSource wall, LongSupplier nanoTime, LongSupplier uptime) {
        this.wall = wall;
        this.nanoTime = nanoTime;
        this.uptime = uptime;
        this.start = wall.instant();
        this.startNanos = nanoTime.getAsLong();
        this.startUptime = uptime.getAsLong();
        this.lookedForSleep = startNanos;
    }

    @Override
    public synchronized Instant instant() {
        var now = nanoTime.getAsLong();
        if (now - lookedForSleep >= SECOND) {
            lookedForSleep = now;
            var slept = uptime.getAsLong() - startUptime - (now - startNanos);
            // time that the wall clock does not show was not slept: the timer was unreadable, or replaced
            var passed = Duration.between(start, wall.instant()).minusNanos(now - startNanos);
            var plausible = passed.isNegative() || passed.compareTo(Duration.ofNanos(Math.max(slept, 0))) < 0
                    ? passed.toNanos()
                    : slept;
            asleep = plausible - asleep >= SECOND ? plausible : asleep;
        }
        return start.plusNanos(now - startNanos + asleep);
    }

    /// The clock for the rows' times: this one or the wall clock, whichever is later. A time that is too late ends
    /// nothing early, also not for another process that shares the rows and started at another time.
    public InstantSource timestamps() {
        return () -> {
            var steady = instant();
            var shown = wall.instant();
            return shown.isAfter(steady) ? shown : steady;
        };
    }

    private static long uptimeNanos() {
        try {
            var seconds = Files.readString(UPTIME).split(" ", 2)[0];
            return (long) (Double.parseDouble(seconds) * SECOND);
        } catch (IOException | NumberFormatException e) {
            // no sleep counts then: late, but not early
            return Long.MIN_VALUE / 2;
        }
    }
}
