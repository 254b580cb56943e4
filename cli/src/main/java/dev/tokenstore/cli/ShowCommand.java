package dev.tokenstore.cli;

import dev.tokenstore.cli.output.ExitCode;
import dev.tokenstore.cli.output.OutputOptions;
import dev.tokenstore.cli.output.TokenOutput;
import dev.tokenstore.cli.store.StoreAccess;
import dev.tokenstore.cli.store.StoreCommand;
import java.time.InstantSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Shows one token.
@Command(
        name = "show",
        description = "Shows one token, without its secrets. Through a sidecar this counts as a use of the token, and"
                + " prolongs its session; with --store it does not.%n")
final class ShowCommand extends StoreCommand {
    @Mixin
    private TokenSelection selection = new TokenSelection();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Option(names = "--reveal", description = "Print its secrets, too: client secret, grant, refresh and access token.")
    private boolean reveal;

    @Override
    protected ExitCode run(StoreAccess store) {
        var token = selection.in(store);
        new TokenOutput(output.format(), out(), reveal, InstantSource.system().instant()).one(token);
        return ExitCode.OK;
    }
}
