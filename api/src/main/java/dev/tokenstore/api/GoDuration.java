package dev.tokenstore.api;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Pattern;

/// A length of time as Go and Kubernetes write it: `90s`, `1h30m`, `1.5h`.
///
/// The form is bounded so that a value of it is a `duration()` for the API server too: at most [#MAX_LENGTH]
/// characters with six digits before the point are less than the 292 years that fit into Go's.
public final class GoDuration {
    /// Regular expression (RE2 and Java) of a duration that is not negative.
    public static final String PATTERN = "^([0-9]{1,6}([.][0-9]{1,9})?(h|m|s|ms|us|ns))+$";

    public static final int MAX_LENGTH = 20;

    private static final Pattern WHOLE = Pattern.compile(PATTERN);
    private static final Pattern PART = Pattern.compile("([0-9.]+)([a-z]+)");

    private GoDuration() {}

    /// Returns the duration that `text` stands for.
    ///
    /// @throws IllegalArgumentException if it is not of the form of [#PATTERN]; the message holds the value
    public static Duration parse(String text) {
        if (text.length() > MAX_LENGTH || !WHOLE.matcher(text).matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is not a Go duration such as 12h or 1h30m");
        }
        var nanos = BigDecimal.ZERO;
        for (var part = PART.matcher(text); part.find(); ) {
            nanos = nanos.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(nanosOf(part.group(2)))));
        }
        return Duration.ofNanos(nanos.longValue());
    }

    private static long nanosOf(String unit) {
        return switch (unit) {
            case "h" -> 3_600_000_000_000L;
            case "m" -> 60_000_000_000L;
            case "s" -> 1_000_000_000L;
            case "ms" -> 1_000_000L;
            case "us" -> 1_000L;
            default -> 1L;
        };
    }
}
