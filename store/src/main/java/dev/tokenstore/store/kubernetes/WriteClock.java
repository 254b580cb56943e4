package dev.tokenstore.store.kubernetes;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/// The clock for the times of writes: the API server's, in microseconds, and every time of one process later than the
/// one before.
final class WriteClock {
    private static final Duration LARGEST_SKEW = Duration.ofMinutes(5);

    private final InstantSource clock;
    private final AtomicReference<Instant> last = new AtomicReference<>(Instant.EPOCH);

    WriteClock(InstantSource clock) {
        this.clock = clock;
    }

    Instant now() {
        return clock.instant();
    }

    /// Returns a time that no write of this process had yet.
    Instant next() {
        var now = now().truncatedTo(ChronoUnit.MICROS);
        return last.updateAndGet(before -> now.isAfter(before) ? now : before.plus(1, ChronoUnit.MICROS));
    }

    /// Returns `time`, or the first moment after all times of `rows`: a later row has a later time, however the
    /// clocks of their writers differ. Times that are further ahead than clocks differ are ignored.
    static Instant after(List<SecretRow> rows, Instant time) {
        return rows.stream()
                .flatMap(row -> Stream.of(row.createTime(), row.token().userSince()))
                .filter(other -> other.isBefore(time.plus(LARGEST_SKEW)))
                .map(other -> other.plus(1, ChronoUnit.MICROS))
                .reduce(time, (one, other) -> one.isAfter(other) ? one : other);
    }
}
