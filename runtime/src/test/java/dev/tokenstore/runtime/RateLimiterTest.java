package dev.tokenstore.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimiterTest {
    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final AtomicLong nanos = new AtomicLong(-5);

    @Test
    void permitsTheBurstAndThenOnePerInterval() {
        var limiter = limiter(3);

        assertThat(limiter.tryAcquire()).isTrue();
        assertThat(limiter.tryAcquire()).isTrue();
        assertThat(limiter.tryAcquire()).isTrue();
        assertThat(limiter.tryAcquire()).isFalse();

        pass(INTERVAL);
        assertThat(limiter.tryAcquire()).isTrue();
        assertThat(limiter.tryAcquire()).isFalse();
    }

    @Test
    void aRefusedCallerDelaysNobody() {
        var limiter = limiter(1);
        limiter.tryAcquire();

        for (int i = 0; i < 10; i++) {
            assertThat(limiter.tryAcquire()).isFalse();
        }
        pass(INTERVAL);

        assertThat(limiter.tryAcquire()).isTrue();
    }

    @Test
    void aRestGivesBackNoMoreThanTheBurst() {
        var limiter = limiter(2);
        pass(Duration.ofHours(1));

        assertThat(limiter.tryAcquire()).isTrue();
        assertThat(limiter.tryAcquire()).isTrue();
        assertThat(limiter.tryAcquire()).isFalse();
    }

    @Test
    void reservationsAreOneIntervalApart() {
        var limiter = limiter(1);

        assertThat(limiter.reserve()).isEqualTo(Duration.ZERO);
        assertThat(limiter.reserve()).isEqualTo(INTERVAL);
        assertThat(limiter.reserve()).isEqualTo(INTERVAL.multipliedBy(2));

        pass(INTERVAL.multipliedBy(3));
        assertThat(limiter.reserve()).isEqualTo(Duration.ZERO);
    }

    @Test
    void tellsHowLongTheNextPermitTakesWithoutTakingIt() {
        var limiter = limiter(1);
        limiter.tryAcquire();
        pass(Duration.ofMillis(400));

        assertThat(limiter.untilAvailable()).isEqualTo(Duration.ofMillis(600));
        assertThat(limiter.untilAvailable()).isEqualTo(Duration.ofMillis(600));
    }

    @Test
    void refusesABurstOfNothing() {
        assertThatThrownBy(() -> limiter(0)).isInstanceOf(IllegalArgumentException.class);
    }

    private RateLimiter limiter(int burst) {
        return new RateLimiter(burst, INTERVAL, nanos::get);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
