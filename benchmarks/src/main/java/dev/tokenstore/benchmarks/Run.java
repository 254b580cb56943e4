package dev.tokenstore.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// What the scenarios of a run have in common.
///
/// @param home of the project
/// @param folder for logs
/// @param namespaces what the names of the run's namespaces begin with
record Run(Path home, Path folder, String namespaces, Sizes sizes, Report report, Consumer<String> progress) {
    /// The operator's memory, at any time.
    static final double MEMORY_BOUND = 256;

    private static final Duration TOLD_EVERY = Duration.ofSeconds(15);
    /// Asking the operator for its metrics costs it time that it has to work off what is measured.
    private static final Duration PAUSE = Duration.ofMillis(500);

    Path deploy() {
        return home.resolve("deploy");
    }

    OperatorProcess startOperator(Cluster cluster, ShippedDeployment shipped) {
        return OperatorProcess.start(home, shipped, cluster.operatorKubeconfig(), folder);
    }

    /// Waits for something that the operator is to bring about.
    ///
    /// @param told from time to time
    void await(OperatorProcess operator, Duration limit, BooleanSupplier reached, Supplier<String> told) {
        var begin = System.nanoTime();
        var lastTold = begin;
        while (!reached.getAsBoolean()) {
            operator.requireAlive();
            var now = System.nanoTime();
            if (now - begin > limit.toNanos()) {
                throw new BenchmarkException("after " + limit.toSeconds() + " s still " + told.get());
            }
            if (now - lastTold > TOLD_EVERY.toNanos()) {
                progress.accept("  " + told.get());
                lastTold = now;
            }
            pause(PAUSE);
        }
    }

    static void pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchmarkException("interrupted", e);
        }
    }

    /// Measures what the operator costs while nothing happens.
    void measureIdle(String scenario, OperatorProcess operator) {
        progress.accept("  idle for " + sizes.idle().toSeconds() + " s");
        var sight = operator.sight();
        var processorBefore = sight.processorTime();
        var requestsBefore = operator.requests();
        pause(sizes.idle());
        var requests = operator.requests() - requestsBefore;
        var processor = sight.processorTime().minus(processorBefore);
        var minutes = sizes.idle().toMillis() / 60_000.0;
        report.add(Figure.of(scenario, "requests to the API server a minute, idle", requests / minutes, ""));
        report.add(Figure.of(
                scenario,
                "processor, idle",
                100.0 * processor.toMillis() / sizes.idle().toMillis(),
                "% of a core"));
        report.add(Figure.of(scenario, "connections to the API server, idle", sight.connections(), ""));
        report.add(Figure.of(scenario, "threads, idle", sight.threads(), ""));
        report.add(Figure.of(scenario, "resident memory, idle", sight.residentMebibytes(), "MiB")
                .atMost(MEMORY_BOUND));
    }
}
