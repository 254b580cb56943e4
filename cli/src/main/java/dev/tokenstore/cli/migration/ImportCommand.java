package dev.tokenstore.cli.migration;

import dev.tokenstore.cli.migration.source.SourceOptions;
import dev.tokenstore.cli.migration.source.TokenSource;
import dev.tokenstore.cli.output.CommandException;
import dev.tokenstore.cli.output.ExitCode;
import dev.tokenstore.cli.output.OutputOptions;
import dev.tokenstore.cli.output.Progress;
import dev.tokenstore.cli.store.StoreAccess;
import dev.tokenstore.cli.store.StoreCommand;
import dev.tokenstore.cli.store.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Imports the tokens that an SDK's own store holds.
@Command(
        name = "import",
        description = {
            "Imports the tokens that an SDK keeps in a file, in SQLite or in MySQL. The source is only read.%n",
            "A token that is stored already is changed only where the source has a newer access token, or what it lacks;"
                    + " so an import can be repeated, and goes on where another one was interrupted.%n"
        })
public final class ImportCommand extends StoreCommand {
    @Mixin
    private SourceOptions source = new SourceOptions();

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
    protected ExitCode run(StoreAccess store) {
        var rowsOfSource = source.open();
        try (var ids = mapping == null ? MappingFile.none() : MappingFile.create(mapping)) {
            return importAll(rowsOfSource, store, ids) ? ExitCode.OK : ExitCode.INCOMPLETE;
        } catch (StoreException e) {
            throw dryRun
                    ? e
                    : new CommandException(
                            e.exitCode(),
                            e.getMessage() + "; what was imported so far stays, the same import goes on from there",
                            e);
        }
    }

    /// Imports.
    ///
    /// @return whether every row is in the store as it should be
    private boolean importAll(TokenSource tokens, StoreAccess store, MappingFile ids) {
        Optional<BatchWriter> writer =
                dryRun ? Optional.empty() : Optional.of(new BatchWriter(store, ImportCommand::sleep));
        try (var report = new ImportReport(output.format(), out(), dryRun, dryRun || rows)) {
            var run = new ImportRun(store, new ImportPlan(newIds), writer, outcome -> {
                report.add(outcome);
                outcome.mapping().ifPresent(changed -> ids.add(outcome.location(), changed));
            });
            var listed = new Progress(err(), count -> count + " stored tokens listed");
            run.listStore(() -> listed.add(1));
            var done = new Progress(err(), count -> count + " rows done");
            var unchanged = run.run(tokens, done::add);
            if (!unchanged) {
                err().println(source.description() + " was written to while it was read; import it again");
            }
            return unchanged && !report.hasMissingRows();
        }
    }

    private static void sleep(Duration delay) {
        try {
            Thread.sleep(delay);
        } catch (InterruptedException e) {
            throw CommandException.interrupted(e);
        }
    }
}
