package dev.tokenstore.benchmarks;

import java.util.Locale;
import java.util.Optional;

/// One measured value, and what was promised of it.
///
/// @param scenario where it was measured
/// @param name what was measured
/// @param promise empty if nothing was promised
record Figure(String scenario, String name, double value, String unit, Optional<Promise> promise) {
    /// A bound that a value keeps, or does not.
    ///
    /// @param atMost whether the bound is an upper one
    record Promise(double bound, boolean atMost) {
        boolean isKeptBy(double value) {
            return atMost ? value <= bound : value >= bound;
        }
    }

    static Figure of(String scenario, String name, double value, String unit) {
        return new Figure(scenario, name, value, unit, Optional.empty());
    }

    Figure atMost(double bound) {
        return new Figure(scenario, name, value, unit, Optional.of(new Promise(bound, true)));
    }

    Figure atLeast(double bound) {
        return new Figure(scenario, name, value, unit, Optional.of(new Promise(bound, false)));
    }

    boolean isMissed() {
        return promise.filter(bound -> !bound.isKeptBy(value)).isPresent();
    }

    String valueText() {
        return text(value) + (unit.isEmpty() ? "" : " " + unit);
    }

    String promiseText() {
        return promise.map(bound -> (bound.atMost() ? "at most " : "at least ") + text(bound.bound()))
                .orElse("");
    }

    String verdict() {
        return promise.isEmpty() ? "" : isMissed() ? "MISSED" : "kept";
    }

    private static String text(double number) {
        return number == Math.rint(number) || Math.abs(number) >= 1000
                ? String.format(Locale.ROOT, "%,.0f", number)
                : String.format(Locale.ROOT, Math.abs(number) < 10 ? "%.2f" : "%.1f", number);
    }
}
