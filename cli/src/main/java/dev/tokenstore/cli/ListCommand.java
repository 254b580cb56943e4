package dev.tokenstore.cli;

import dev.tokenstore.cli.output.ExitCode;
import dev.tokenstore.cli.output.OutputOptions;
import dev.tokenstore.cli.output.Progress;
import dev.tokenstore.cli.output.TokenOutput;
import dev.tokenstore.cli.store.StoreAccess;
import dev.tokenstore.cli.store.StoreCommand;
import java.time.InstantSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Lists the tokens of a store.
@Command(name = "list", description = "Lists the tokens of a store, in no defined order, without their secrets.%n")
final class ListCommand extends StoreCommand {
    @Mixin
    private OutputOptions output = new OutputOptions();

    @Option(names = "--reveal", description = "Print secrets, too (with JSON or YAML; the table never has them).")
    private boolean reveal;

    @Override
    protected ExitCode run(StoreAccess store) {
        var progress = new Progress(err(), count -> count + " tokens listed so far");
        try (var tokens = store.list()) {
            new TokenOutput(
                            output.format(),
                            out(),
                            reveal,
                            InstantSource.system().instant())
                    .list(tokens.peek(token -> progress.add(1)));
        }
        if (progress.count() == 0) {
            out().flush();
            err().println("There are no tokens in " + store.description() + ".");
        }
        return ExitCode.OK;
    }
}
