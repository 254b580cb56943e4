package dev.tokenstore.cli.migration;

import dev.tokenstore.cli.migration.RowOutcome.Action;
import dev.tokenstore.cli.migration.source.SourceRow;
import dev.tokenstore.cli.migration.source.TokenSource;
import dev.tokenstore.cli.store.StoreAccess;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/// One import, from the list of stored tokens to the last row. Holds one batch of rows, and of all others what
/// [DigestIndex] holds. Not thread-safe.
final class ImportRun {
    /// Rows that are written together. Their tokens are invisible until the batch is written, and a client that saves
    /// one of them meanwhile waits for it, so a batch must not take long.
    static final int BATCH = 2000;

    private final StoreAccess store;
    private final ImportPlan plan;
    private final Consumer<RowOutcome> outcomes;
    private final Optional<BatchWriter> writer;
    private final List<PlannedRow> batch = new ArrayList<>();
    /// One entry for each row since the last batch: the outcome of a broken row, empty for the next row of `batch`.
    private final List<Optional<RowOutcome>> sequence = new ArrayList<>();

    /// @param writer empty for a dry run
    /// @param outcomes gets the outcome of each row, batch by batch
    ImportRun(StoreAccess store, ImportPlan plan, Optional<BatchWriter> writer, Consumer<RowOutcome> outcomes) {
        this.store = store;
        this.plan = plan;
        this.writer = writer;
        this.outcomes = outcomes;
    }

    /// Lists the stored tokens.
    ///
    /// @param step called for each token
    void listStore(Runnable step) {
        try (var tokens = store.list()) {
            tokens.forEach(token -> {
                plan.addStored(token);
                step.run();
            });
        }
    }

    /// Imports every row.
    ///
    /// @param batchDone gets the number of rows of each batch that another one follows
    /// @return whether the source did not change while it was read
    boolean run(TokenSource source, IntConsumer batchDone) {
        var unchanged = source.read(row -> {
            int rows = sequence.size();
            if (rows >= BATCH) {
                flush();
                batchDone.accept(rows);
            }
            add(row);
        });
        flush();
        return unchanged;
    }

    private void add(SourceRow row) {
        switch (row) {
            case SourceRow.Broken broken ->
                sequence.add(Optional.of(RowOutcome.of(broken.location(), Action.SKIP, broken.problem())));
            case SourceRow.Readable readable -> {
                var decision = plan.decide(readable.location(), readable.fields());
                batch.add(new PlannedRow(readable.location(), readable.fields(), decision));
                sequence.add(Optional.empty());
            }
        }
    }

    private void flush() {
        var done = writer.map(present -> present.write(batch))
                .orElseGet(() -> batch.stream().map(RowOutcome::of).toList())
                .iterator();
        sequence.forEach(skipped -> outcomes.accept(skipped.orElseGet(done::next)));
        batch.clear();
        sequence.clear();
    }
}
