package dev.tokenstore.sidecar;

import dev.tokenstore.sidecar.grpc.RoundTrip;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Map;
import java.util.random.RandomGenerator;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/// `tokenstore-sidecar check`: asks a sidecar that runs to save, find and delete a token.
@Command(
        name = "tokenstore-sidecar check",
        mixinStandardHelpOptions = true,
        description = "Saves a token through a sidecar that runs, finds it and deletes it again.%n",
        footer = {"", "Exit codes: 0 all of it worked, 1 something did not, 2 a setting is wrong."})
final class CheckCommand {
    static final String NAME = "check";

    private static final int WORKED = 0;
    private static final int FAILED = 1;
    private static final int WRONG_SETTING = 2;

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            description = "Of the sidecar: unix:PATH or HOST:PORT. Default: TOKENSTORE_ADDRESS, else 127.0.0.1:50051.")
    private String address = "";

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "How long all of it may take, the wait for the sidecar included. Default: 30.")
    private int timeout = 30;

    private CheckCommand() {}

    /// @param args without the command's name
    /// @return the exit code
    static int run(
            String[] args, Map<String, String> environment, RandomGenerator random, PrintStream out, PrintStream err) {
        var check = new CheckCommand();
        var command = new CommandLine(check);
        try {
            if (CommandLine.printHelpIfRequested(command.parseArgs(args))) {
                return WORKED;
            }
        } catch (ParameterException e) {
            err.println("tokenstore-sidecar check: " + e.getMessage() + " (--help lists all settings)");
            return WRONG_SETTING;
        }
        var address = check.address.isEmpty() ? environment.getOrDefault("TOKENSTORE_ADDRESS", "") : check.address;
        address = address.isEmpty() ? "127.0.0.1:50051" : address;
        var failure = new RoundTrip(address, Duration.ofSeconds(check.timeout), random).failure();
        failure.ifPresentOrElse(
                what -> err.println("tokenstore-sidecar check: " + what),
                () -> out.println("saved, found and deleted a token"));
        return failure.isPresent() ? FAILED : WORKED;
    }
}
