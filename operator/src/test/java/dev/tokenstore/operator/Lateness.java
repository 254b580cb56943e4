package dev.tokenstore.operator;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiPredicate;

/// How late deletions were, in milliseconds after their deadlines, in order; one before its deadline is negative.
record Lateness(List<Long> millis, double perSecond) {
    /// @param chooses by deadline and moment of deletion
    static Lateness of(
            Map<String, Instant> deletedAt, Map<String, Instant> deadlines, BiPredicate<Instant, Instant> chooses) {
        var chosen = deletedAt.entrySet().stream()
                .filter(deletion -> chooses.test(deadlines.get(deletion.getKey()), deletion.getValue()))
                .toList();
        var millis = chosen.stream()
                .map(deletion -> Duration.between(deadlines.get(deletion.getKey()), deletion.getValue())
                        .toMillis())
                .sorted()
                .toList();
        var moments = chosen.stream().map(Map.Entry::getValue).sorted().toList();
        var seconds = moments.isEmpty()
                ? 1
                : Math.max(
                        1,
                        Duration.between(moments.getFirst(), moments.getLast()).toMillis() / 1000.0);
        return new Lateness(millis, millis.size() / seconds);
    }

    static String header() {
        return String.format(
                Locale.ROOT,
                "%-34s %6s %9s %9s %9s %9s %6s",
                "deadline",
                "tokens",
                "earliest",
                "p50",
                "p99",
                "latest",
                "per s");
    }

    String row(String title) {
        return String.format(
                Locale.ROOT,
                "%-34s %6d %7.2f s %7.2f s %7.2f s %7.2f s %6.0f",
                title,
                millis.size(),
                at(0) / 1000.0,
                at(50) / 1000.0,
                at(99) / 1000.0,
                at(100) / 1000.0,
                perSecond);
    }

    Duration latest() {
        return Duration.ofMillis(at(100));
    }

    private long at(int percent) {
        return millis.isEmpty() ? 0 : millis.get((millis.size() - 1) * percent / 100);
    }
}
