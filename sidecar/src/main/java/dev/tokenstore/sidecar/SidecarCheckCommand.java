package dev.tokenstore.sidecar;

import dev.tokenstore.sidecar.grpc.SaveAndFindCheck;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// `tokenstore-sidecar check`: checks a running sidecar, for `helm test` and for people.
@Command(
        name = "check",
        mixinStandardHelpOptions = true,
        description = "Saves a token through a sidecar that runs, finds it and deletes it again.%n",
        footer = {"", "Exit codes: 0 all of it worked, 1 something did not, 2 an option is wrong."})
final class SidecarCheckCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Option(
            names = "--address",
            paramLabel = "ADDRESS",
            description = "The sidecar: unix:PATH or HOST:PORT. Default: 127.0.0.1:50051. (TOKENSTORE_ADDRESS)")
    private String address = "127.0.0.1:50051";

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            description = "How long all of it may take, the wait for the sidecar included. Default: 30.")
    private int timeout = 30;

    @Override
    public Integer call() {
        var failure = new SaveAndFindCheck(address, Duration.ofSeconds(timeout), new SecureRandom()).failure();
        failure.ifPresentOrElse(
                sentence -> spec.commandLine().getErr().println("tokenstore-sidecar check: " + sentence),
                () -> spec.commandLine().getOut().println("saved, found and deleted a token"));
        return failure.isPresent() ? 1 : 0;
    }
}
