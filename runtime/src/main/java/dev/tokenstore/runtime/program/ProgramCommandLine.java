package dev.tokenstore.runtime.program;

import dev.tokenstore.api.GoDuration;
import java.time.Duration;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.TypeConversionException;

/// The command line of a program, set up so that all programs read options, print help and refuse wrong options alike.
public final class ProgramCommandLine {
    private ProgramCommandLine() {}

    /// Binds an annotated command. Durations are Go durations; a wrong option is one sentence and exit code 2.
    ///
    /// @param command an object with picocli's annotations, which names the program
    public static CommandLine of(Object command) {
        return new CommandLine(command)
                .registerConverter(Duration.class, ProgramCommandLine::duration)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(100)
                .setParameterExceptionHandler((wrong, arguments) -> {
                    var refusing = wrong.getCommandLine();
                    refusing.getErr()
                            .println(refusing.getCommandSpec().root().name() + ": " + wrong.getMessage() + " ("
                                    + refusing.getCommandSpec().qualifiedName() + " --help lists all options)");
                    return ExitCode.USAGE;
                });
    }

    private static Duration duration(String text) {
        try {
            return GoDuration.parse(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }
}
