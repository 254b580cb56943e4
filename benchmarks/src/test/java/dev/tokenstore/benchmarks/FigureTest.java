package dev.tokenstore.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FigureTest {
    private final Figure figure = Figure.of("a scenario", "memory", 256.5, "MiB");

    @Test
    void aPromiseIsMissedBeyondItsBound() {
        assertThat(figure.atMost(256).isMissed()).isTrue();
        assertThat(figure.atMost(256.5).isMissed()).isFalse();
        assertThat(figure.atLeast(257).isMissed()).isTrue();
        assertThat(figure.atLeast(256.5).isMissed()).isFalse();
    }

    @Test
    void aFigureWithoutAPromiseMissesNone() {
        assertThat(figure.isMissed()).isFalse();
        assertThat(figure.verdict()).isEmpty();
    }

    @Test
    void aPercentileIsTheTimeThatSoManyDoNotExceed() {
        var latencies = Latencies.ofNanos(LongStream.rangeClosed(1, 200).boxed().toList());

        assertThat(latencies.percentile(50)).isEqualTo(Duration.ofNanos(100));
        assertThat(latencies.percentile(99)).isEqualTo(Duration.ofNanos(198));
        assertThat(latencies.percentile(100)).isEqualTo(Duration.ofNanos(200));
    }
}
