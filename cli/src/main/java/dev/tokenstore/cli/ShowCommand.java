package dev.tokenstore.cli;

import dev.tokenstore.cli.output.TokenOutput;
import dev.tokenstore.cli.output.TokenView;
import dev.tokenstore.cli.store.StoreOptions;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Shows one token.
@Command(
        name = "show",
        description = "Shows one token, without its secrets. Through a sidecar this counts as a use of the token, and"
                + " prolongs its session; with --store it does not.%n")
final class ShowCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private TokenSelection selection = new TokenSelection();

    @Mixin
    private StoreOptions options = new StoreOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Option(names = "--reveal", description = "Print its secrets, too: client secret, grant, refresh and access token.")
    private boolean reveal;

    @Override
    public Integer call() {
        var commandLine = spec.commandLine();
        try (var store = options.open(commandLine.getErr())) {
            var token = selection.in(store);
            var view = new TokenView(token, reveal, InstantSource.system().instant());
            new TokenOutput(output.format(), commandLine.getOut()).one(view);
        }
        return ExitCode.OK.number();
    }
}
