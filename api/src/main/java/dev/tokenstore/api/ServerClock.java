package dev.tokenstore.api;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.function.LongSupplier;

/// An estimate of the API server's clock from the `Date` headers of its replies, which it gets as an interceptor of the
/// Kubernetes client. The clocks of pods differ, so tokens get their times, and are judged, by this one.
///
/// A `Date` is never ahead of the server's clock and less than a second behind it when it is written. So every reply
/// gives a lower bound of the offset, and the highest bound of the last minutes is the best estimate: at first up to a
/// second behind, soon only by the shortest latency. Between replies the clock goes on by this machine's monotonic
/// timer: a step of the machine's clock has no effect, and after sleep the clock is late until the next reply, never
/// early. Thread-safe.
public final class ServerClock implements InstantSource, Interceptor {
    private static final Duration WINDOW = Duration.ofMinutes(10);
    private static final Duration PLAUSIBLE = Duration.ofSeconds(2);

    private final Instant start;
    private final LongSupplier nanoTime;
    private final long startNanos;
    private Duration offset = Duration.ZERO;
    private Duration nextOffset = Duration.ZERO;
    private Instant windowEnd = Instant.MIN;

    /// @param local this machine's clock, however wrong; read once
    public ServerClock(InstantSource local) {
        this(local, System::nanoTime);
    }

    /// @param nanoTime a monotonic timer, in nanoseconds
    ServerClock(InstantSource local, LongSupplier nanoTime) {
        this.start = local.instant();
        this.nanoTime = nanoTime;
        this.startNanos = nanoTime.getAsLong();
    }

    private Instant sinceStart() {
        return start.plusNanos(nanoTime.getAsLong() - startNanos);
    }

    @Override
    public void after(HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        var date = response.header("Date");
        if (date == null) {
            return;
        }
        try {
            observe(Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date)));
        } catch (DateTimeException e) {
            // malformed, for instance by a proxy
            return;
        }
    }

    /// Updates the estimate with the `Date` of a reply that has just arrived.
    public synchronized void observe(Instant date) {
        var now = sinceStart();
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
        return sinceStart().plus(offset);
    }

    /// How far this clock is ahead of another, for instance of the machine's own; negative if it is behind.
    public Duration aheadOf(InstantSource other) {
        return Duration.between(other.instant(), instant());
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? b : a;
    }
}
