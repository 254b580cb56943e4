package dev.tokenstore.cli.migration;

import dev.tokenstore.cli.migration.RowOutcome.Action;
import dev.tokenstore.cli.output.OutputFormat;
import dev.tokenstore.cli.output.StructuredOutput;
import dev.tokenstore.cli.output.Table;
import java.io.PrintWriter;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;

/// Prints what an import did, or of a dry run would do: rows as they are done, and counts at the end.
final class ImportReport implements AutoCloseable {
    private final Map<Action, Long> counts = new EnumMap<>(Action.class);
    private final Output output;
    private final boolean byRow;
    private long withAnotherId;

    /// @param byRow whether all rows are printed, or only those that were skipped or failed
    ImportReport(OutputFormat format, PrintWriter out, boolean dryRun, boolean byRow) {
        this.byRow = byRow;
        this.output = format == OutputFormat.TABLE ? new Text(out, dryRun) : new Structured(format, out, dryRun);
    }

    void add(RowOutcome outcome) {
        counts.merge(outcome.action(), 1L, Long::sum);
        if (outcome.mapping().isPresent()) {
            withAnotherId++;
        }
        if (byRow || outcome.action().isMissing()) {
            output.row(outcome);
        }
    }

    /// Whether a row is not in the store as it should be.
    boolean hasMissingRows() {
        return counts.keySet().stream().anyMatch(Action::isMissing);
    }

    /// Prints the counts.
    @Override
    public void close() {
        output.end(counts, withAnotherId);
    }

    private sealed interface Output {
        void row(RowOutcome outcome);

        void end(Map<Action, Long> counts, long withAnotherId);
    }

    /// For people.
    private static final class Text implements Output {
        private final PrintWriter out;
        private final boolean dryRun;
        private final Table rows;

        Text(PrintWriter out, boolean dryRun) {
            this.out = out;
            this.dryRun = dryRun;
            this.rows = new Table(out, "ROW", "RESULT", "WHY");
        }

        private String words(Action action) {
            var isWritten = action == Action.CREATE || action == Action.UPDATE;
            return (dryRun && isWritten ? "would be " : "") + action.done();
        }

        @Override
        public void row(RowOutcome outcome) {
            rows.row(outcome.location(), words(outcome.action()), outcome.why());
        }

        @Override
        public void end(Map<Action, Long> counts, long withAnotherId) {
            rows.close();
            out.println(counts.values().stream().mapToLong(Long::longValue).sum() + " rows");
            counts.forEach((action, count) -> out.println("  " + count + " " + words(action)));
            if (withAnotherId > 0) {
                out.println("  " + withAnotherId + " of them under another id than in the source; --mapping FILE writes"
                        + " down which");
            }
        }
    }

    /// For programs: one object, whose rows are printed as they come.
    private static final class Structured implements Output {
        private final StructuredOutput output;

        Structured(OutputFormat format, PrintWriter out, boolean dryRun) {
            output = new StructuredOutput(format, out);
            output.write(generator -> {
                generator.writeStartObject();
                generator.writeBooleanField("dryRun", dryRun);
                generator.writeArrayFieldStart("rows");
            });
        }

        @Override
        public void row(RowOutcome outcome) {
            var properties = new LinkedHashMap<String, String>();
            properties.put("row", outcome.location());
            properties.put("result", outcome.action().done());
            if (!outcome.why().isEmpty()) {
                properties.put("why", outcome.why());
            }
            output.write(generator -> generator.writePOJO(properties));
        }

        @Override
        public void end(Map<Action, Long> counts, long withAnotherId) {
            var all = new LinkedHashMap<String, Long>();
            for (var action : Action.values()) {
                all.put(action.done(), counts.getOrDefault(action, 0L));
            }
            try (output) {
                output.write(generator -> {
                    generator.writeEndArray();
                    generator.writePOJOField("counts", all);
                    generator.writeNumberField("underAnotherId", withAnotherId);
                    generator.writeEndObject();
                });
            }
        }
    }
}
