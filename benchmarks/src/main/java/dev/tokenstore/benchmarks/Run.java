package dev.tokenstore.benchmarks;

import dev.tokenstore.testing.product.OperatorProcess;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
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

    /// Counts what the operator has asked of the API server, the start of each watch included.
    static final String REQUESTS = "tokenstore_api_requests_total";

    private static final Duration TOLD_EVERY = Duration.ofSeconds(15);
    /// Asking the operator for its metrics costs it time that it has to work off what is measured.
    private static final Duration PAUSE = Duration.ofMillis(500);

    Path deploy() {
        return home.resolve("deploy");
    }

    /// Starts the operator as the process that its container holds: the shipped jar, arguments and JVM options, in as
    /// much memory as the container has.
    OperatorProcess startOperator(Cluster cluster, ShippedDeployment shipped) {
        var environment = new HashMap<>(shipped.environment());
        environment.put("TOKENSTORE_LEASE_NAMESPACE", shipped.namespace());
        return OperatorProcess.start(
                List.of("-XX:MaxRAM=" + shipped.memoryLimit()),
                shipped.arguments(),
                cluster.operatorKubeconfig(),
                environment,
                folder);
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
        var sight = new ProcessSight(operator.pid());
        var processorBefore = sight.processorTime();
        var requestsBefore = operator.meter(REQUESTS);
        pause(sizes.idle());
        var requests = operator.meter(REQUESTS) - requestsBefore;
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
