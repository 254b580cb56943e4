package dev.tokenstore.cli.output;

import java.time.Duration;

/// Durations in one or two units, for people.
public final class Age {
    private Age() {}

    /// Such as `45s`, `12m`, `5h30m`, `12d`.
    public static String of(Duration span) {
        var whole = span.isNegative() ? Duration.ZERO : span;
        if (whole.toSeconds() < 120) {
            return whole.toSeconds() + "s";
        }
        if (whole.toMinutes() < 120) {
            return whole.toMinutes() + "m";
        }
        if (whole.toHours() < 10 && whole.toMinutesPart() > 0) {
            return whole.toHours() + "h" + whole.toMinutesPart() + "m";
        }
        if (whole.toHours() < 48) {
            return whole.toHours() + "h";
        }
        return whole.toDays() + "d";
    }
}
