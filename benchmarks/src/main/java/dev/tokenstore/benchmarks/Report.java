package dev.tokenstore.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/// The figures of a run, and the conditions under which they were measured.
final class Report {
    private static final String[] HEADINGS = {"what", "measured", "promised", ""};

    private final Consumer<String> progress;
    private final Instant begin;
    private final double loadAtBegin;
    private final List<Figure> figures = new ArrayList<>();

    /// @param progress hears of each figure at once
    /// @param begin of the run
    Report(Consumer<String> progress, Instant begin) {
        this.progress = progress;
        this.begin = begin;
        this.loadAtBegin = Machine.load();
    }

    void add(Figure figure) {
        figures.add(figure);
        progress.accept("  " + figure.name() + ": " + figure.valueText()
                + (figure.promise().isEmpty() ? "" : " (" + figure.promiseText() + ": " + figure.verdict() + ")"));
    }

    List<Figure> figures() {
        return List.copyOf(figures);
    }

    List<Figure> missed() {
        return figures.stream().filter(Figure::isMissed).toList();
    }

    /// The figures as a Markdown document.
    String markdown(Instant end) {
        var text = new StringBuilder(
                "# Benchmarks, " + begin.truncatedTo(ChronoUnit.MINUTES) + "\n\n" + Machine.description()
                        + ". Load average before the run " + loadAtBegin + "; it took "
                        + Duration.between(begin, end).toMinutes() + " minutes.\n");
        figures.stream().map(Figure::scenario).distinct().forEach(scenario -> {
            text.append("\n## ").append(scenario).append("\n\n");
            table(scenario).forEach(line -> text.append(line).append('\n'));
        });
        return text.toString();
    }

    private List<String> table(String scenario) {
        var rows = new ArrayList<String[]>();
        rows.add(HEADINGS);
        figures.stream()
                .filter(figure -> figure.scenario().equals(scenario))
                .map(figure -> new String[] {figure.name(), figure.valueText(), figure.promiseText(), figure.verdict()})
                .forEach(rows::add);
        var widths = new int[HEADINGS.length];
        for (var row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        var lines = new ArrayList<String>();
        for (var row : rows) {
            var line = new StringBuilder("|");
            for (int i = 0; i < row.length; i++) {
                line.append(' ')
                        .append(row[i])
                        .append(" ".repeat(widths[i] - row[i].length()))
                        .append(" |");
            }
            lines.add(line.toString());
        }
        var rule = new StringBuilder("|");
        for (int i = 0; i < widths.length; i++) {
            // numbers to the right
            rule.append(i == 1 ? "-".repeat(widths[i] + 1) + ":|" : "-".repeat(widths[i] + 2) + "|");
        }
        lines.add(1, rule.toString());
        return lines;
    }

    /// Writes `report.md` and `report.json`.
    void write(Path folder, Instant end) {
        var rows = figures.stream()
                .map(figure -> {
                    Map<String, Object> row = new LinkedHashMap<>();
                    row.put("scenario", figure.scenario());
                    row.put("name", figure.name());
                    row.put("value", figure.value());
                    row.put("unit", figure.unit());
                    figure.promise().ifPresent(promise -> {
                        row.put(promise.atMost() ? "atMost" : "atLeast", promise.bound());
                        row.put("kept", !figure.isMissed());
                    });
                    return row;
                })
                .toList();
        Map<String, Object> run = new LinkedHashMap<>();
        run.put("begin", begin.toString());
        run.put("end", end.toString());
        run.put("machine", Machine.description());
        run.put("loadAverageBefore", loadAtBegin);
        run.put("figures", rows);
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("report.md"), markdown(end));
            new ObjectMapper()
                    .writerWithDefaultPrettyPrinter()
                    .writeValue(folder.resolve("report.json").toFile(), run);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
