package dev.tokenstore.cli.migration;

import dev.tokenstore.cli.migration.RowOutcome.Action;
import dev.tokenstore.cli.output.OutputFormat;
import dev.tokenstore.cli.output.StructuredOutput;
import dev.tokenstore.cli.output.Table;
import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Prints what an import did, or of a dry run would do: rows as they are done, and counts at the end.
final class ImportReport implements AutoCloseable {
    private final Map<Action, Long> counts = new EnumMap<>(Action.class);
    private final PrintWriter out;
    private final boolean dryRun;
    private final boolean byRow;
    private final Table table;
    /// Empty if the table is printed. One object, whose rows are printed as they come.
    private final Optional<StructuredOutput> structured;
    private long withAnotherId;

    /// @param byRow whether all rows are printed, or only those that were skipped or failed
    ImportReport(OutputFormat format, PrintWriter out, boolean dryRun, boolean byRow) {
        this.out = out;
        this.dryRun = dryRun;
        this.byRow = byRow;
        table = new Table(out, "ROW", "RESULT", "WHY");
        structured = format == OutputFormat.TABLE ? Optional.empty() : Optional.of(new StructuredOutput(format, out));
        structured.ifPresent(output -> output.write(generator -> {
            generator.writeStartObject();
            generator.writeBooleanField("dryRun", dryRun);
            generator.writeArrayFieldStart("rows");
        }));
    }

    void add(RowOutcome outcome) {
        counts.merge(outcome.action(), 1L, Long::sum);
        if (outcome.mapping().isPresent()) {
            withAnotherId++;
        }
        if (byRow || outcome.action().isMissing()) {
            structured.ifPresentOrElse(
                    output -> output.write(generator -> generator.writePOJO(properties(outcome))),
                    () -> table.row(outcome.location(), words(outcome.action()), outcome.why()));
        }
    }

    private static Map<String, String> properties(RowOutcome outcome) {
        var properties = new LinkedHashMap<String, String>();
        properties.put("row", outcome.location());
        properties.put("result", outcome.action().done());
        if (!outcome.why().isEmpty()) {
            properties.put("why", outcome.why());
        }
        return properties;
    }

    private String words(Action action) {
        var isWritten = action == Action.CREATE || action == Action.UPDATE;
        return (dryRun && isWritten ? "would be " : "") + action.done();
    }

    /// Whether a row is not in the store as it should be.
    boolean hasMissingRows() {
        return counts.keySet().stream().anyMatch(Action::isMissing);
    }

    /// Prints the counts.
    @Override
    public void close() {
        structured.ifPresentOrElse(this::end, this::endTable);
    }

    private void end(StructuredOutput output) {
        try (output) {
            output.write(generator -> {
                generator.writeEndArray();
                generator.writeObjectFieldStart("counts");
                for (var action : Action.values()) {
                    generator.writeNumberField(action.done(), counts.getOrDefault(action, 0L));
                }
                generator.writeEndObject();
                generator.writeNumberField("underAnotherId", withAnotherId);
                generator.writeEndObject();
            });
        }
    }

    private void endTable() {
        table.close();
        out.println(counts.values().stream().mapToLong(Long::longValue).sum() + " rows");
        counts.forEach((action, count) -> out.println("  " + count + " " + words(action)));
        if (withAnotherId > 0) {
            out.println("  " + withAnotherId + " of them under another id than in the source; --mapping FILE writes"
                    + " down which");
        }
    }
}
