package dev.tokenstore.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MetricsPageTest {
    private final MetricsPage page = new MetricsPage("""
            # TYPE checks_total counter
            checks_total{resource="secrets",status="success"} 2
            checks_total{resource="secrets",status="error"} 1
            checks_total{resource="pods",status="success"} 4
            checks_total_more{resource="secrets"} 8
            up 1.0
            """);

    @Test
    void aMetricIsSummedOverAllItsLabels() {
        assertThat(page.sum("checks_total")).isEqualTo(7);
        assertThat(page.sum("up")).isEqualTo(1);
        assertThat(page.sum("checks")).isZero();
    }

    @Test
    void aLabelNarrowsTheSum() {
        assertThat(page.sum("checks_total", "resource=\"secrets\"")).isEqualTo(3);
    }
}
