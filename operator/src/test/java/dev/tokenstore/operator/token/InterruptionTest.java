package dev.tokenstore.operator.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class InterruptionTest {
    private long seconds;
    private final Interruption interruption = new Interruption(() -> TimeUnit.SECONDS.toNanos(seconds));

    @Test
    void isReportedOnceTheWatchHasBeenBrokenForAMinute() {
        assertThat(interruption.observe(false)).isFalse();
        seconds += 59;
        assertThat(interruption.observe(false)).isFalse();
        seconds++;
        assertThat(interruption.observe(false)).isTrue();
        assertThat(interruption.isReported()).isTrue();
        assertThat(interruption.observe(false)).isFalse();

        assertThat(interruption.observe(true)).isTrue();
        assertThat(interruption.isReported()).isFalse();
    }

    @Test
    void aWatchThatOpensInBetweenStartsTheMinuteAgain() {
        interruption.observe(false);
        seconds += 59;
        interruption.observe(true);
        seconds += 59;

        assertThat(interruption.observe(false)).isFalse();
        assertThat(interruption.isReported()).isFalse();
    }
}
