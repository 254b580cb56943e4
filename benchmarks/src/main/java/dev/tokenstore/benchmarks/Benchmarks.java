package dev.tokenstore.benchmarks;

import dev.tokenstore.testing.process.ProgramException;
import dev.tokenstore.testing.server.KubernetesUnavailableException;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// Measures what is promised of size and speed, prints it, and ends with 1 if a promise is not kept.
public final class Benchmarks {
    private static final Set<String> SCENARIOS =
            Set.of(OneLargeStore.NAME, ManyStores.NAME, OneImport.NAME, ReadPath.NAME);
    private static final Pattern SIZE = Pattern.compile("--([a-z-]+)=([1-9][0-9]{0,8})");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    private final PrintStream out;
    private final InstantSource clock;

    Benchmarks(PrintStream out, InstantSource clock) {
        this.out = out;
        this.clock = clock;
    }

    public static void main(String[] args) {
        System.exit(new Benchmarks(System.out, InstantSource.system()).run(List.of(args), Path.of("")));
    }

    /// @param home of the project
    int run(List<String> arguments, Path home) {
        var scenarios = new ArrayList<String>();
        var sizes = Sizes.promised();
        try {
            for (var argument : arguments) {
                var size = SIZE.matcher(argument);
                if (size.matches()) {
                    sizes = sizes.with(size.group(1), Integer.parseInt(size.group(2)));
                } else if (argument.equals("--smoke")) {
                    sizes = Sizes.smoke();
                } else if (SCENARIOS.contains(argument)) {
                    scenarios.add(argument);
                } else {
                    throw new IllegalArgumentException("unknown option " + argument);
                }
            }
        } catch (IllegalArgumentException e) {
            out.println("benchmarks: " + e.getMessage() + " (--help lists all)");
            return 2;
        }
        try {
            return measure(scenarios, sizes, home.toAbsolutePath());
        } catch (BenchmarkException | KubernetesUnavailableException | ProgramException e) {
            out.println("benchmarks: " + e.getMessage());
            return 1;
        } catch (IOException e) {
            out.println("benchmarks: " + e);
            return 1;
        }
    }

    private int measure(List<String> scenarios, Sizes sizes, Path home) throws IOException {
        var folder = Files.createDirectories(home.resolve("benchmarks/target/report"));
        var begin = clock.instant();
        var report = new Report(progress(), begin);
        var namespaces = "benchmark-" + Long.toString(begin.getEpochSecond(), Character.MAX_RADIX) + "-";
        var run = new Run(home, folder, namespaces, sizes, report, progress());
        try {
            if (scenarios.isEmpty() || scenarios.contains(OneLargeStore.NAME)) {
                new OneLargeStore(run).measure();
            }
            if (scenarios.isEmpty() || scenarios.contains(ManyStores.NAME)) {
                new ManyStores(run).measure();
            }
            if (scenarios.isEmpty() || scenarios.contains(OneImport.NAME)) {
                new OneImport(run).measure();
            }
            if (scenarios.isEmpty() || scenarios.contains(ReadPath.NAME)) {
                new ReadPath(run).measure();
            }
        } finally {
            report.write(folder, clock.instant());
            out.println();
            out.print(report.markdown(clock.instant()));
        }
        out.println();
        if (sizes.equals(Sizes.smoke())) {
            out.println("Everything could be measured. With numbers this small the figures say nothing.");
            return 0;
        }
        out.println("Written to " + folder + "/report.md and report.json");
        report.missed()
                .forEach(figure -> out.println("MISSED: " + figure.scenario() + ", " + figure.name() + ": "
                        + figure.valueText() + ", " + figure.promiseText()));
        return report.missed().isEmpty() ? 0 : 1;
    }

    private Consumer<String> progress() {
        return line -> out.println(TIME.format(clock.instant().atZone(ZoneId.systemDefault())) + " " + line);
    }
}
