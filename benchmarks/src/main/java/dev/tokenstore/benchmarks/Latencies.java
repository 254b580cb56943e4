package dev.tokenstore.benchmarks;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;

/// How long calls took.
final class Latencies {
    private final long[] sorted;

    private Latencies(long[] sorted) {
        this.sorted = sorted;
    }

    static Latencies ofNanos(Collection<Long> nanos) {
        var sorted = nanos.stream().mapToLong(Long::longValue).toArray();
        Arrays.sort(sorted);
        return new Latencies(sorted);
    }

    static Latencies of(long[]... nanos) {
        var sorted = Arrays.stream(nanos).flatMapToLong(Arrays::stream).toArray();
        Arrays.sort(sorted);
        return new Latencies(sorted);
    }

    int count() {
        return sorted.length;
    }

    /// The time that `percent` of the calls did not exceed.
    ///
    /// @throws BenchmarkException if there was no call
    Duration percentile(double percent) {
        if (sorted.length == 0) {
            throw new BenchmarkException("nothing was measured");
        }
        int rank = (int) Math.ceil(percent / 100 * sorted.length);
        return Duration.ofNanos(sorted[Math.max(rank, 1) - 1]);
    }

    static double millis(Duration duration) {
        return duration.toNanos() / 1e6;
    }
}
