package dev.tokenstore.cli.migration;

import dev.tokenstore.cli.CommandException;
import dev.tokenstore.cli.ExitCode;
import dev.tokenstore.cli.OutputOptions;
import dev.tokenstore.cli.Progress;
import dev.tokenstore.cli.migration.source.Sources;
import dev.tokenstore.cli.migration.source.TokenSource;
import dev.tokenstore.cli.store.StoreAccess;
import dev.tokenstore.cli.store.StoreException;
import dev.tokenstore.cli.store.StoreOptions;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Imports the tokens that an SDK's own store holds.
@Command(
        name = "import",
        description = {
            "Imports the tokens that an SDK keeps in a file, in SQLite or in MySQL. The source is only read.%n",
            "A token that is stored already is changed only where the source has a newer access token, or what it lacks;"
                    + " so an import can be repeated, and goes on where another one was interrupted.%n"
        })
public final class ImportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    @Mixin
    private Sources sources = new Sources();

    @Mixin
    private StoreOptions options = new StoreOptions();

    @Mixin
    private OutputOptions output = new OutputOptions();

    @Option(names = "--dry-run", description = "Print by row what would be done, and do nothing.")
    private boolean dryRun;

    @Option(
            names = "--rows",
            description = "Print what was done by row. Without it: the rows that were skipped, and counts.")
    private boolean rows;

    @Option(
            names = "--new-ids",
            description =
                    "Let no token keep its id. The store finds a token by an id of its own without a search; by an"
                            + " id of another origin it has to look through all of them.")
    private boolean newIds;

    @Option(
            names = "--mapping",
            paramLabel = "FILE",
            description = "Write the ids that changed to a new file, as CSV: place, old id, new id.")
    private @Nullable Path mapping;

    @Override
    public Integer call() {
        var commandLine = spec.commandLine();
        var err = commandLine.getErr();
        var source = sources.open();
        try (var store = options.open(err);
                var ids = mapping == null ? MappingFile.none() : MappingFile.create(mapping)) {
            var missing = run(source, store, ids, commandLine.getOut(), err);
            return (missing ? ExitCode.INCOMPLETE : ExitCode.OK).number();
        }
    }

    /// @return whether something is not in the store as it should be
    private boolean run(TokenSource source, StoreAccess store, MappingFile ids, PrintWriter out, PrintWriter err) {
        var clock = InstantSource.system();
        Optional<BatchWriter> writer = dryRun ? Optional.empty() : Optional.of(new BatchWriter(store, Thread::sleep));
        try (var report = new ImportReport(output.format(), out, dryRun, dryRun || rows)) {
            var run = new ImportRun(store, new ImportPlan(newIds), writer, outcome -> {
                report.add(outcome);
                outcome.mapping().ifPresent(changed -> ids.add(outcome.place(), changed));
            });
            var listed = new Progress(err, clock, count -> count + " stored tokens listed");
            run.look(listed::step);
            var done = new Progress(err, clock, count -> count + " rows done");
            var stayed = run.run(source, done::step);
            if (!stayed) {
                err.println(sources.description() + " was written to while it was read; import it again");
            }
            return !stayed || report.missing() > 0;
        } catch (StoreException e) {
            throw dryRun
                    ? e
                    : new CommandException(
                            e.exitCode(),
                            e.getMessage() + "; what was imported so far stays, the same import goes on from there",
                            e);
        }
    }
}
