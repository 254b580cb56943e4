package dev.tokenstore.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ProcessSightTest {
    @Test
    void whatTheCollectorFillsGapsWithIsNotAlive() {
        var histogram = """
                32559:
                 num     #instances         #bytes  class name (module)
                -------------------------------------------------------
                   1:        261996       14157968  [B (java.base@25.0.3)
                   2:         30489        4403976  [Ljdk.internal.vm.FillerElement; (java.base@25.0.3)
                   3:         70000        2240000  dev.tokenstore.operator.cleanup.IndexedToken
                   4:             7            112  jdk.internal.vm.FillerObject (java.base@25.0.3)
                Total        362492       20802056
                """;
        assertThat(ProcessSight.liveBytes(histogram)).isEqualTo(14_157_968 + 2_240_000);
    }

    @Test
    void anythingElseIsNotTakenForAnEmptyHeap() {
        assertThatThrownBy(() -> ProcessSight.liveBytes("32559:\njava.io.IOException: not allowed\n"))
                .isInstanceOf(BenchmarkException.class);
    }
}
