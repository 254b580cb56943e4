package dev.tokenstore.store.kubernetes;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/// Times to stamp rows with: by the API server's clock, in microseconds, no two the same from one sidecar.
final class Stamps {
    private static final Duration PLAUSIBLE = Duration.ofMinutes(5);

    private final InstantSource clock;
    private final AtomicReference<Instant> last = new AtomicReference<>(Instant.EPOCH);

    Stamps(InstantSource clock) {
        this.clock = clock;
    }

    Instant next() {
        var now = clock.instant().truncatedTo(ChronoUnit.MICROS);
        return last.updateAndGet(before -> now.isAfter(before) ? now : before.plus(1, ChronoUnit.MICROS));
    }

    /// Returns `time`, or the first moment after all that `rows` say of themselves: who comes later is later, however
    /// the clocks of those who stamped them differ. A stamp further ahead than clocks differ is nonsense, and not
    /// followed.
    static Instant after(List<SecretRow> rows, Instant time) {
        var latest = time;
        for (var row : rows) {
            for (var stamp : List.of(row.createTime(), row.token().userSince())) {
                if (!stamp.isBefore(latest) && stamp.isBefore(time.plus(PLAUSIBLE))) {
                    latest = stamp.plus(1, ChronoUnit.MICROS);
                }
            }
        }
        return latest;
    }
}
