package dev.tokenstore.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;

/// The `tokenstore` program.
public final class TokenstoreMain {
    private TokenstoreMain() {}

    public static void main(String[] args) {
        var out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        var err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, args));
    }

    /// Runs one command.
    ///
    /// @return the exit code
    static int run(PrintWriter out, PrintWriter err, String... args) {
        var code = commandLine(out, err).execute(args);
        out.flush();
        err.flush();
        return code;
    }

    static CommandLine commandLine(PrintWriter out, PrintWriter err) {
        return new CommandLine(new TokenstoreCommand())
                .setOut(out)
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(100)
                .setParameterExceptionHandler((e, parsed) -> {
                    var command = e.getCommandLine();
                    command.getErr()
                            .println("tokenstore: " + e.getMessage() + " ("
                                    + command.getCommandSpec().qualifiedName() + " --help lists all options)");
                    return ExitCode.USAGE.number();
                })
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    command.getOut().flush();
                    if (e instanceof CommandException failure) {
                        command.getErr().println("tokenstore: " + failure.getMessage());
                        return failure.exitCode().number();
                    }
                    command.getErr()
                            .println("tokenstore: failed in a way it should not ("
                                    + e.getClass().getName() + "); please report it with the command and its version");
                    return ExitCode.FAILED.number();
                });
    }
}
