package dev.tokenstore.cli.migration;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import dev.tokenstore.cli.migration.RowOutcome.Action;
import dev.tokenstore.cli.output.Format;
import dev.tokenstore.cli.output.Table;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/// What an import did, or would do: by row as it comes, where that is wanted, and by counts at the end.
final class ImportReport implements AutoCloseable {
    private final Map<Action, Long> counts = new EnumMap<>(Action.class);
    private final Output output;
    private final boolean byRow;
    private long withAnotherId;

    /// @param byRow whether rows are printed; those that are missing afterwards always are
    ImportReport(Format format, PrintWriter out, boolean dryRun, boolean byRow) {
        this.byRow = byRow;
        this.output = format == Format.TABLE ? new Text(out, dryRun) : new Structured(format, out, dryRun);
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

    /// How many rows are not in the store as they should be.
    long missing() {
        return count(Action.SKIP) + count(Action.FAIL);
    }

    long count(Action action) {
        return counts.getOrDefault(action, 0L);
    }

    /// Prints the counts.
    @Override
    public void close() {
        output.end(counts, withAnotherId);
    }

    /// Where a report goes.
    private interface Output {
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
            if (!dryRun) {
                return action.done();
            }
            return switch (action) {
                case CREATE, UPDATE -> "would be " + action.done();
                default -> action.done();
            };
        }

        @Override
        public void row(RowOutcome outcome) {
            rows.row(outcome.place(), words(outcome.action()), outcome.why());
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

    /// For programs: one object, its rows written as they come.
    private static final class Structured implements Output {
        private final JsonGenerator generator;
        private final PrintWriter out;

        Structured(Format format, PrintWriter out, boolean dryRun) {
            this.out = out;
            try {
                generator = format == Format.YAML
                        ? YAMLFactory.builder()
                                .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
                                .build()
                                .createGenerator(out)
                        : new JsonFactory().createGenerator(out).setPrettyPrinter(new DefaultPrettyPrinter());
                generator.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
                generator.writeStartObject();
                generator.writeBooleanField("dryRun", dryRun);
                generator.writeArrayFieldStart("rows");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void row(RowOutcome outcome) {
            try {
                generator.writeStartObject();
                generator.writeStringField("row", outcome.place());
                generator.writeStringField("result", name(outcome.action()));
                if (!outcome.why().isEmpty()) {
                    generator.writeStringField("why", outcome.why());
                }
                generator.writeEndObject();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void end(Map<Action, Long> counts, long withAnotherId) {
            try (generator) {
                generator.writeEndArray();
                generator.writeObjectFieldStart("counts");
                for (var action : Action.values()) {
                    generator.writeNumberField(name(action), counts.getOrDefault(action, 0L));
                }
                generator.writeEndObject();
                generator.writeNumberField("underAnotherId", withAnotherId);
                generator.writeEndObject();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            out.println();
        }

        private static String name(Action action) {
            return action.done().toLowerCase(Locale.ROOT);
        }
    }
}
