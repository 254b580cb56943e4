package dev.tokenstore.cli.store;

import dev.tokenstore.cli.output.ExitCode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// A command on the store that the options name: opens it, and closes it at the end.
public abstract class StoreCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private StoreOptions options = new StoreOptions();

    @Override
    public final Integer call() {
        try (var store = options.open(err())) {
            return run(store).number();
        }
    }

    protected abstract ExitCode run(StoreAccess store);

    /// The command's result.
    protected final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    /// Everything else.
    protected final PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
