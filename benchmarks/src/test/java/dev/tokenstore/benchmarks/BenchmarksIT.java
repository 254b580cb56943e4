package dev.tokenstore.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Keeps the benchmarks from rotting: all of them, with small numbers, on the operator that this build made.
class BenchmarksIT {
    private final ByteArrayOutputStream output = new ByteArrayOutputStream();

    @Test
    void everythingCanBeMeasured() {
        assertThat(run("--smoke")).as(output.toString(UTF_8)).isZero();
        assertThat(output.toString(UTF_8))
                .contains("start of the operator to Ready", "start of the operator to all Ready")
                .contains("the API server's own consistency checks")
                .contains("a save during the cleanup, p99 as a multiple of that alone")
                .contains("resident memory, the most at any time")
                .contains("find by id / empty call, Unix socket, p50", "a save is seen by another sidecar's find")
                .contains("into an empty store: rows a second", "again, all unchanged: rows a second");
    }

    @Test
    void anUnknownScenarioIsAnsweredWithOneSentence() {
        assertThat(run("--smoke", "one-huge-store")).isEqualTo(2);
        assertThat(output.toString(UTF_8).lines()).hasSize(1).first().asString().contains("one-huge-store");
    }

    private int run(String... arguments) {
        var out = new PrintStream(output, true, UTF_8);
        return new Benchmarks(out, InstantSource.system()).run(List.of(arguments), Path.of(".."));
    }
}
