package dev.tokenstore.benchmarks;

import dev.tokenstore.testing.process.Program;
import dev.tokenstore.testing.process.ProgramProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// `tokenstore import` as it is shipped, as a process of its own, in as much heap as it is to need at most.
final class ImportProcess {
    private static final Path JAR = Path.of("cli/target/tokenstore.jar");
    private static final List<String> JVM = List.of("-Xmx192m", "-XX:+UseSerialGC");
    private static final Duration LOOKED_AT_EVERY = Duration.ofMillis(50);

    private ImportProcess() {}

    /// How an import went.
    ///
    /// @param peakMebibytes the most memory that it had resident
    record Outcome(Duration took, double peakMebibytes, Duration processorTime, String output) {}

    /// Runs an import to its end.
    ///
    /// @param home of the project
    /// @param folder for its output, which is kept
    static Outcome run(Path home, Path folder, List<String> arguments) {
        var all = new ArrayList<>(List.of("import"));
        all.addAll(arguments);
        var begin = System.nanoTime();
        try (var process = ProgramProcess.start(new Program("import", home.resolve(JAR), JVM, all, Map.of()), folder)) {
            return watch(process, begin);
        }
    }

    private static Outcome watch(ProgramProcess process, long begin) {
        var sight = new ProcessSight(process.pid());
        var peak = 0.0;
        var processorTime = Duration.ZERO;
        while (!process.hasEndedWithin(LOOKED_AT_EVERY)) {
            try {
                peak = Math.max(peak, sight.peakResidentMebibytes());
                processorTime = sight.processorTime();
            } catch (BenchmarkException | StringIndexOutOfBoundsException endedMeanwhile) {
                continue;
            }
        }
        var took = Duration.ofNanos(System.nanoTime() - begin);
        if (process.exitCode() != 0) {
            throw new BenchmarkException("the import failed: " + process.log());
        }
        return new Outcome(took, peak, processorTime, process.log());
    }
}
