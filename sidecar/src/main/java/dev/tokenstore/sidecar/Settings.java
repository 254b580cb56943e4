package dev.tokenstore.sidecar;

import dev.tokenstore.api.GoDuration;
import java.net.InetSocketAddress;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/// The settings that were given, each with where it came from, so that an error can name it the way it was given.
final class Settings {
    private static final Pattern DURATION = Pattern.compile("([0-9]{1,9})(ms|s|m|h)");
    private static final Pattern WHOLE_NUMBER = Pattern.compile("[0-9]{1,9}");
    private static final Pattern HOST_AND_PORT = Pattern.compile("(?:(\\[[0-9A-Fa-f:.]+]|[^:\\[\\]]+):)?([0-9]{1,5})");
    private static final Pattern MODE = Pattern.compile("0?[0-7]{3}");

    private record Given(String text, String source) {}

    private final Map<Setting, Given> given = new EnumMap<>(Setting.class);

    /// @param flags values of flags
    /// @param environment looked at for settings without a flag; an empty variable counts as unset
    Settings(Map<Setting, String> flags, Map<String, String> environment) {
        for (var setting : Setting.values()) {
            var flag = flags.get(setting);
            var variable = environment.get(setting.variable());
            if (flag != null) {
                given.put(setting, new Given(flag, setting.flag()));
            } else if (variable != null && !variable.isEmpty()) {
                given.put(setting, new Given(variable, setting.variable()));
            }
        }
    }

    boolean has(Setting setting) {
        return given.containsKey(setting);
    }

    /// How the user gave the setting: the flag or the variable.
    String source(Setting setting) {
        return Optional.ofNullable(given.get(setting)).map(Given::source).orElse(setting.flag());
    }

    Optional<String> text(Setting setting) {
        return Optional.ofNullable(given.get(setting)).map(Given::text);
    }

    Optional<Path> path(Setting setting) {
        return parse(setting, "give a path", text -> {
            try {
                return text.isBlank() ? Optional.empty() : Optional.of(Path.of(text));
            } catch (InvalidPathException e) {
                return Optional.empty();
            }
        });
    }

    Optional<Duration> duration(Setting setting) {
        return parse(setting, "give a whole number with a unit, such as 500ms, 10s, 5m or 1h", text -> {
            var form = DURATION.matcher(text);
            if (!form.matches()) {
                return Optional.empty();
            }
            var amount = Long.parseLong(form.group(1));
            return Optional.of(
                    switch (form.group(2)) {
                        case "ms" -> Duration.ofMillis(amount);
                        case "s" -> Duration.ofSeconds(amount);
                        case "m" -> Duration.ofMinutes(amount);
                        default -> Duration.ofHours(amount);
                    });
        });
    }

    /// A duration as the custom resource writes it.
    ///
    /// @param least the shortest that is accepted
    Optional<Duration> goDuration(Setting setting, Duration least, String advice) {
        return parse(setting, advice, text -> {
            try {
                return Optional.of(GoDuration.parse(text)).filter(duration -> duration.compareTo(least) >= 0);
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        });
    }

    Optional<Integer> number(Setting setting, int least) {
        return parse(
                setting,
                "give a whole number, at least " + least,
                text -> Optional.of(text)
                        .filter(WHOLE_NUMBER.asMatchPredicate())
                        .map(Integer::parseInt)
                        .filter(number -> number >= least));
    }

    Optional<Boolean> yesOrNo(Setting setting) {
        return oneOf(setting, Map.of("true", true, "false", false), "give true or false");
    }

    <T> Optional<T> oneOf(Setting setting, Map<String, T> values, String advice) {
        return parse(setting, advice, text -> Optional.ofNullable(values.get(text)));
    }

    /// A host name or address and a port; without a host it is 127.0.0.1. Not resolved.
    Optional<InetSocketAddress> address(Setting setting) {
        return parse(setting, "give PORT, HOST:PORT or off", text -> {
            var form = HOST_AND_PORT.matcher(text);
            if (!form.matches() || Integer.parseInt(form.group(2)) > 65535) {
                return Optional.empty();
            }
            var host = Optional.ofNullable(form.group(1)).orElse("127.0.0.1").replaceAll("[\\[\\]]", "");
            return Optional.of(InetSocketAddress.createUnresolved(host, Integer.parseInt(form.group(2))));
        });
    }

    /// Permission bits in octal digits.
    Optional<Integer> mode(Setting setting) {
        return parse(
                setting,
                "give three octal digits, such as 0660",
                text -> Optional.of(text).filter(MODE.asMatchPredicate()).map(digits -> Integer.parseInt(digits, 8)));
    }

    boolean isOff(Setting setting) {
        return text(setting).filter("off"::equals).isPresent();
    }

    /// Says what is wrong with a setting that was given.
    SettingException malformed(Setting setting, String advice) {
        return new SettingException(
                source(setting) + " is malformed: \"" + text(setting).orElse("") + "\"; " + advice);
    }

    private <T> Optional<T> parse(Setting setting, String advice, Function<String, Optional<T>> parser) {
        var text = text(setting);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        var value = parser.apply(text.get());
        if (value.isEmpty()) {
            throw malformed(setting, advice);
        }
        return value;
    }
}
