package dev.tokenstore.cli.output;

import dev.tokenstore.runtime.RateLimiter;
import dev.tokenstore.runtime.Timeout;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Counts finished items of long work, and prints the count to the standard error from two seconds after the first item
/// on, at most once in five seconds. Not thread-safe.
public final class Progress {
    private static final Duration QUIET = Duration.ofSeconds(2);
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final PrintWriter err;
    private final LongFunction<String> sentence;
    private final LongSupplier nanoTime;
    private final RateLimiter limiter;
    private @Nullable Timeout quiet;
    private long count;

    /// @param sentence what to print for a count
    public Progress(PrintWriter err, LongFunction<String> sentence) {
        this(err, sentence, System::nanoTime);
    }

    Progress(PrintWriter err, LongFunction<String> sentence, LongSupplier nanoTime) {
        this.err = err;
        this.sentence = sentence;
        this.nanoTime = nanoTime;
        this.limiter = new RateLimiter(1, INTERVAL, nanoTime);
    }

    /// Adds finished items to the count.
    public void add(int items) {
        count += items;
        if (quiet == null) {
            quiet = Timeout.of(QUIET, nanoTime);
        } else if (quiet.isOver() && limiter.tryAcquire()) {
            err.println(sentence.apply(count));
            err.flush();
        }
    }

    public long count() {
        return count;
    }
}
