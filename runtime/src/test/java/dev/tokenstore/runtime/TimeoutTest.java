package dev.tokenstore.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TimeoutTest {
    @Test
    void isOverOnceItsLengthHasPassedEvenIfTheClockOverflows() {
        var nanos = new AtomicLong(Long.MAX_VALUE - 10);
        var timeout = Timeout.of(Duration.ofNanos(100), nanos::get);

        nanos.addAndGet(99);
        assertThat(timeout.isOver()).isFalse();

        nanos.addAndGet(1);
        assertThat(timeout.isOver()).isTrue();
    }
}
