package dev.tokenstore.runtime.program;

import dev.tokenstore.api.GoDuration;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/// The command line of a program, set up so that all programs read options, print help and refuse wrong options alike.
///
/// Every option can be given as an environment variable too: `--drain-timeout` as `TOKENSTORE_DRAIN_TIMEOUT`. The
/// option
/// wins, and an empty variable counts as unset.
public final class ProgramCommandLine {
    private static final String PREFIX = "TOKENSTORE_";

    private ProgramCommandLine() {}

    /// Binds an annotated command whose options cannot be given as variables.
    public static CommandLine of(Object command) {
        return of(command, Map.of());
    }

    /// Binds an annotated command. Durations are Go durations; a wrong option is one sentence and exit code 2.
    ///
    /// @param command an object with picocli's annotations, which names the program
    public static CommandLine of(Object command, Map<String, String> environment) {
        return new CommandLine(command)
                .registerConverter(Duration.class, ProgramCommandLine::duration)
                .registerConverter(Boolean.class, ProgramCommandLine::trueOrFalse)
                .registerConverter(boolean.class, ProgramCommandLine::trueOrFalse)
                .registerConverter(ProgramLog.Format.class, oneOf(ProgramLog.Format.class))
                .registerConverter(ProgramLog.Level.class, oneOf(ProgramLog.Level.class))
                .setDefaultValueProvider(option -> variable(option)
                        .map(environment::get)
                        .filter(value -> !value.isEmpty())
                        .orElse(null))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(100)
                .setParameterExceptionHandler((wrong, arguments) -> {
                    var refusing = wrong.getCommandLine().getCommandSpec();
                    wrong.getCommandLine()
                            .getErr()
                            .println(refusing.root().name() + ": "
                                    + sentence(wrong, Arrays.asList(arguments), environment) + " ("
                                    + refusing.qualifiedName() + " --help lists all options)");
                    return ExitCode.USAGE;
                });
    }

    private static @Nullable String sentence(
            ParameterException wrong, Collection<String> arguments, Map<String, String> environment) {
        return wrong.getArgSpec() instanceof OptionSpec option
                        && wrong.getCause() instanceof TypeConversionException advice
                ? nameGiven(option, arguments, environment) + " is malformed: \"" + wrong.getValue() + "\"; "
                        + advice.getMessage()
                : wrong.getMessage();
    }

    /// Returns the name by which the user gave an option: its flag or its variable. An option that was not given goes
    /// by its flag.
    public static String nameGiven(OptionSpec option, Collection<String> arguments, Map<String, String> environment) {
        var flag = option.longestName();
        var isFlagGiven =
                arguments.stream().anyMatch(argument -> argument.equals(flag) || argument.startsWith(flag + "="));
        return isFlagGiven
                ? flag
                : variable(option)
                        .filter(variable ->
                                !environment.getOrDefault(variable, "").isEmpty())
                        .orElse(flag);
    }

    private static Optional<String> variable(ArgSpec argument) {
        return argument instanceof OptionSpec option && !option.usageHelp() && !option.versionHelp()
                ? Optional.of(PREFIX
                        + option.longestName()
                                .replaceFirst("^-+", "")
                                .replace('-', '_')
                                .toUpperCase(Locale.ROOT))
                : Optional.empty();
    }

    /// Reads a Go duration.
    ///
    /// @param least the shortest that is accepted
    /// @param advice says what is accepted
    /// @throws TypeConversionException with that advice
    public static Duration durationAtLeast(Duration least, String text, String advice) {
        try {
            var duration = GoDuration.parse(text);
            if (duration.compareTo(least) >= 0) {
                return duration;
            }
        } catch (IllegalArgumentException e) {
            // the advice says more
        }
        throw new TypeConversionException(advice);
    }

    private static Duration duration(String text) {
        return durationAtLeast(
                Duration.ZERO, text, "give a Go duration, a number with a unit, such as 500ms, 10s or 1h30m");
    }

    private static boolean trueOrFalse(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new TypeConversionException("give true or false");
        };
    }

    private static <E extends Enum<E>> ITypeConverter<E> oneOf(Class<E> type) {
        var names = Arrays.stream(type.getEnumConstants())
                .map(value -> value.name().toLowerCase(Locale.ROOT))
                .toList();
        return text -> {
            if (!names.contains(text)) {
                throw new TypeConversionException(
                        "give " + String.join(", ", names.subList(0, names.size() - 1)) + " or " + names.getLast());
            }
            return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
        };
    }
}
