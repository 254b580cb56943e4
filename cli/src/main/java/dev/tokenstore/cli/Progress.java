package dev.tokenstore.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongFunction;

/// Tells a waiting person, on the standard error, how far long work has come: nothing in the first seconds after the
/// first thing was done, then a line now and then. Not thread-safe.
public final class Progress {
    private static final Duration QUIET = Duration.ofSeconds(2);
    private static final Duration BETWEEN = Duration.ofSeconds(5);

    private final PrintWriter err;
    private final InstantSource clock;
    private final LongFunction<String> sentence;
    private Instant next = Instant.MAX;
    private long count;

    /// @param sentence what to say of the number of things done so far
    public Progress(PrintWriter err, InstantSource clock, LongFunction<String> sentence) {
        this.err = err;
        this.clock = clock;
        this.sentence = sentence;
    }

    /// Counts one more thing.
    public void step() {
        step(1);
    }

    /// Counts some more things, done together.
    public void step(int things) {
        var now = clock.instant();
        if (count == 0) {
            next = now.plus(QUIET);
        }
        count += things;
        if (!now.isBefore(next)) {
            err.println(sentence.apply(count));
            err.flush();
            next = now.plus(BETWEEN);
        }
    }

    /// How many things were done so far.
    public long count() {
        return count;
    }
}
