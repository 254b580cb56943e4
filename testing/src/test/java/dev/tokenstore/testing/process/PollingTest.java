package dev.tokenstore.testing.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PollingTest {
    @Test
    void asksUntilTheConditionHoldsOrTheLimitIsOver() {
        var asked = new AtomicInteger();

        assertThat(Polling.until(Duration.ofMinutes(1), () -> asked.incrementAndGet() == 3))
                .isTrue();
        assertThat(asked).hasValue(3);
        assertThat(Polling.until(Duration.ZERO, () -> false)).isFalse();
    }

    @Test
    void endsWithTheFailureOfTheCondition() {
        assertThatIllegalStateException()
                .isThrownBy(() -> Polling.until(Duration.ofMinutes(1), () -> {
                    throw new IllegalStateException("it ended");
                }))
                .withMessage("it ended");
    }
}
