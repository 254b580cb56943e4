package dev.tokenstore.cli.migration;

import dev.tokenstore.cli.migration.RowOutcome.Action;
import dev.tokenstore.cli.migration.RowOutcome.Mapping;
import dev.tokenstore.cli.migration.source.SourceRow;
import dev.tokenstore.cli.migration.source.TokenSource;
import dev.tokenstore.cli.store.StoreAccess;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntConsumer;

/// One import, from the list of what is stored to the last row. Holds one batch of rows, and of all others what
/// [KnownTokens] keeps. Not thread-safe.
final class ImportRun {
    /// Rows that are written together. Their tokens are invisible until the batch is through, and whoever saves one of
    /// them meanwhile is kept waiting for a moment, so it must not take long.
    static final int BATCH = 2000;

    private final StoreAccess store;
    private final ImportPlan plan;
    private final Consumer<RowOutcome> outcomes;
    private final Optional<BatchWriter> writer;
    private final List<PlannedRow> batch = new ArrayList<>();
    private final List<Skipped> skipped = new ArrayList<>();

    /// @param writer empty to write nothing
    /// @param outcomes told what became of each row, batch by batch
    ImportRun(StoreAccess store, ImportPlan plan, Optional<BatchWriter> writer, Consumer<RowOutcome> outcomes) {
        this.store = store;
        this.plan = plan;
        this.writer = writer;
        this.outcomes = outcomes;
    }

    /// Lists the store, once.
    ///
    /// @param step called for every token
    void look(Runnable step) {
        try (var tokens = store.list()) {
            tokens.forEach(token -> {
                plan.stored(
                        Tokens.fieldsOf(token),
                        token.version().orElse(""),
                        token.createTime().orElse(null));
                step.run();
            });
        }
    }

    /// Imports every row.
    ///
    /// @param batchDone told the number of rows of every batch that others follow
    /// @return whether the source stayed as it was while it was read
    boolean run(TokenSource source, IntConsumer batchDone) {
        var stayed = source.read(row -> {
            int waiting = batch.size() + skipped.size();
            if (waiting >= BATCH) {
                flush();
                batchDone.accept(waiting);
            }
            take(row);
        });
        flush();
        return stayed;
    }

    private void take(SourceRow row) {
        switch (row) {
            case SourceRow.Broken broken ->
                skipped.add(new Skipped(batch.size(), RowOutcome.of(broken.place(), Action.SKIP, broken.problem())));
            case SourceRow.Readable readable ->
                batch.add(new PlannedRow(
                        readable.place(), readable.fields(), plan.decide(readable.place(), readable.fields())));
        }
    }

    private void flush() {
        var done = writer.isPresent()
                ? writer.get().write(batch)
                : batch.stream().map(ImportRun::planned).toList();
        var next = skipped.iterator();
        var skip = next.hasNext() ? Optional.of(next.next()) : Optional.<Skipped>empty();
        for (int i = 0; i <= done.size(); i++) {
            while (skip.isPresent() && skip.get().before() == i) {
                outcomes.accept(skip.get().outcome());
                skip = next.hasNext() ? Optional.of(next.next()) : Optional.empty();
            }
            if (i < done.size()) {
                outcomes.accept(done.get(i));
            }
        }
        batch.clear();
        skipped.clear();
    }

    /// A row that is no token.
    ///
    /// @param before the row of the batch that it stands before
    private record Skipped(int before, RowOutcome outcome) {}

    /// What would become of a row.
    static RowOutcome planned(PlannedRow row) {
        return outcome(row.place(), row.fields(), row.decision());
    }

    /// What a decision comes to once it is carried out.
    static RowOutcome outcome(String place, TokenFields fields, Decision decision) {
        var here = decision.token()
                .place()
                .filter(other -> !other.equals(place))
                .map(other -> "the token of " + other)
                .orElse("the stored token");
        var mapping = mapping(fields, decision);
        var underId = mapping.isPresent() ? ", under another id" : "";
        return switch (decision) {
            case Decision.Create create ->
                new RowOutcome(
                        place,
                        Action.CREATE,
                        create.newId().map(why -> "with a new id: " + why).orElse(""),
                        mapping);
            case Decision.Update update ->
                new RowOutcome(
                        place,
                        Action.UPDATE,
                        (update.newer() ? "newer than " + here : "adds to " + here) + underId,
                        mapping);
            case Decision.Unchanged unchanged ->
                new RowOutcome(place, Action.UNCHANGED, "all of it is in " + here + underId, mapping);
            case Decision.Keep keep ->
                new RowOutcome(place, Action.KEEP, here + " is as new or newer, and stays as it is" + underId, mapping);
        };
    }

    private static Optional<Mapping> mapping(TokenFields fields, Decision decision) {
        var old = fields.get(TokenField.ID).map(SecretValue::reveal);
        var now = decision.token().id();
        return old.isEmpty() || now.isEmpty() || old.equals(now)
                ? Optional.empty()
                : Optional.of(new Mapping(old.get(), now.get()));
    }
}
