package dev.tokenstore.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MonotonicRateLimiterTest {
    private final AtomicLong nanos = new AtomicLong(5);
    private final MonotonicRateLimiter limiter = new MonotonicRateLimiter(2, Duration.ofMillis(500), nanos::get);

    @Test
    void aStoreMayBeReconciledTwiceAtOnceAndThenTwiceASecond() {
        var state = limiter.initState();

        assertThat(limiter.isLimited(state)).isEmpty();
        assertThat(limiter.isLimited(state)).isEmpty();
        nanos.addAndGet(400_000_000);
        assertThat(limiter.isLimited(state)).contains(Duration.ofMillis(100));

        nanos.addAndGet(100_000_000);
        assertThat(limiter.isLimited(state)).isEmpty();
    }

    @Test
    void storesHavePermitsOfTheirOwn() {
        var one = limiter.initState();
        limiter.isLimited(one);
        limiter.isLimited(one);

        assertThat(limiter.isLimited(limiter.initState())).isEmpty();
    }
}
