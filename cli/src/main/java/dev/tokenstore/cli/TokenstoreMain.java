package dev.tokenstore.cli;

import dev.tokenstore.cli.output.CommandException;
import dev.tokenstore.cli.output.ExitCode;
import dev.tokenstore.runtime.program.ProgramCommandLine;
import dev.tokenstore.store.token.InvalidTokenException;
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
        return ProgramCommandLine.of(new TokenstoreCommand())
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((e, command, parsed) -> {
                    command.getOut().flush();
                    var exitCode = e instanceof CommandException ended ? ended.exitCode() : ExitCode.FAILED;
                    var isExplained = e instanceof CommandException || e instanceof InvalidTokenException;
                    command.getErr()
                            .println("tokenstore: "
                                    + (isExplained
                                            ? e.getMessage()
                                            : "failed in a way it should not ("
                                                    + e.getClass().getName()
                                                    + "); please report it with the command and its version"));
                    return exitCode.number();
                });
    }
}
