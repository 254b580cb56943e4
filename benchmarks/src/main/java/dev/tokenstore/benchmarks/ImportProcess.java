package dev.tokenstore.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

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
        var jar = home.resolve(JAR);
        if (!Files.isRegularFile(jar)) {
            throw new BenchmarkException(jar + " is missing; build it with: mvn -DskipTests package");
        }
        var command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
        command.addAll(JVM);
        command.addAll(List.of("-jar", jar.toString(), "import"));
        command.addAll(arguments);
        var output = folder.resolve("import.log");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("TOKENSTORE_"));
        try {
            var begin = System.nanoTime();
            var process = builder.start();
            try {
                return watch(process, begin, output);
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            throw new BenchmarkException("the import cannot be started: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchmarkException("interrupted", e);
        }
    }

    private static Outcome watch(Process process, long begin, Path output) throws IOException, InterruptedException {
        var sight = new ProcessSight(process.pid());
        var peak = 0.0;
        var processorTime = Duration.ZERO;
        while (!process.waitFor(LOOKED_AT_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
            try {
                peak = Math.max(peak, sight.peakResidentMebibytes());
                processorTime = sight.processorTime();
            } catch (BenchmarkException | StringIndexOutOfBoundsException endedMeanwhile) {
                continue;
            }
        }
        var took = Duration.ofNanos(System.nanoTime() - begin);
        var text = Files.readString(output);
        if (process.exitValue() != 0) {
            throw new BenchmarkException("the import failed: " + text);
        }
        return new Outcome(took, peak, processorTime, text);
    }
}
