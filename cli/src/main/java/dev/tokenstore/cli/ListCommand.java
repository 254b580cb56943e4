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

/// Lists the tokens of a store.
@Command(name = "list", description = "Lists the tokens of a store, in no order to rely on, without their secrets.%n")
final class ListCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StoreOptions options = new StoreOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Option(names = "--reveal", description = "Print secrets, too (with JSON or YAML; the table has none).")
    private boolean reveal;

    @Override
    public Integer call() {
        var commandLine = spec.commandLine();
        var err = commandLine.getErr();
        var clock = InstantSource.system();
        try (var store = options.open(err);
                var tokens = store.list()) {
            var progress = new Progress(err, clock, count -> count + " tokens listed so far");
            var now = clock.instant();
            var views = tokens.peek(token -> progress.step()).map(token -> new TokenView(token, reveal, now));
            new TokenOutput(output.format(), commandLine.getOut()).list(views);
            if (progress.count() == 0) {
                commandLine.getOut().flush();
                err.println("There are no tokens in " + store.description() + ".");
            }
        }
        return ExitCode.OK.number();
    }
}
