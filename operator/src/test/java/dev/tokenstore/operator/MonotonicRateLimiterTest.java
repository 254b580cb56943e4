package dev.tokenstore.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MonotonicRateLimiterTest {
    private final AtomicLong nanos = new AtomicLong(5);
    private final MonotonicRateLimiter limiter = new MonotonicRateLimiter(Duration.ofSeconds(1), 2, nanos::get);

    @Test
    void aStoreMayBeReconciledAFewTimesInAPeriodAndThenWaitsForTheNext() {
        var state = limiter.initState();

        assertThat(limiter.isLimited(state)).isEmpty();
        assertThat(limiter.isLimited(state)).isEmpty();
        nanos.addAndGet(400_000_000);
        assertThat(limiter.isLimited(state)).contains(Duration.ofMillis(600));

        nanos.addAndGet(600_000_000);
        assertThat(limiter.isLimited(state)).isEmpty();
    }

    @Test
    void storesHavePeriodsOfTheirOwn() {
        var one = limiter.initState();
        limiter.isLimited(one);
        limiter.isLimited(one);

        assertThat(limiter.isLimited(limiter.initState())).isEmpty();
    }
}
