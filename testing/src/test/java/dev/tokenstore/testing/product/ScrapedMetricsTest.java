package dev.tokenstore.testing.product;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ScrapedMetricsTest {
    private final ScrapedMetrics page = ScrapedMetrics.parse("""
            # TYPE checks_total counter
            checks_total{resource="secrets",status="success"} 2
            checks_total{resource="secrets",status="error"} 1
            checks_total{resource="pods",status="success"} 4
            checks_total_more{resource="secrets"} 8
            up 1.0
            """);

    @Test
    void aMetricIsSummedOverAllItsLabels() {
        assertThat(page.value("checks_total")).isEqualTo(7);
        assertThat(page.value("up")).isEqualTo(1);
        assertThat(page.value("checks")).isZero();
    }

    @Test
    void aLabelNarrowsTheSum() {
        assertThat(page.value("checks_total", "resource", "secrets")).isEqualTo(3);
    }
}
