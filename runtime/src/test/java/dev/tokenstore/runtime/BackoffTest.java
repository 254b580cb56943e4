package dev.tokenstore.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final Duration FIRST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofMillis(500);

    @Test
    void doublesTheDelayUpToTheLongest() {
        var backoff = Backoff.exponential(FIRST, LONGEST);

        assertThat(Stream.generate(backoff::next).limit(5))
                .containsExactly(FIRST, Duration.ofMillis(200), Duration.ofMillis(400), LONGEST, LONGEST);
    }

    @Test
    void startsAgainAfterASuccess() {
        var backoff = Backoff.exponential(FIRST, LONGEST);
        backoff.next();
        backoff.next();

        backoff.reset();

        assertThat(backoff.next()).isEqualTo(FIRST);
    }

    @Test
    void jitterSpreadsDelaysBelowTheExponentialOne() {
        var backoff = Backoff.withFullJitter(LONGEST, LONGEST, new Random(1));

        var delays = Stream.generate(backoff::next).limit(200).toList();

        assertThat(delays).allMatch(delay -> delay.isPositive() && delay.compareTo(LONGEST) <= 0);
        assertThat(delays).anyMatch(delay -> delay.toMillis() < 100).anyMatch(delay -> delay.toMillis() > 400);
    }

    @Test
    void anInterruptEndsTheSleepAndStaysVisible() {
        Thread.currentThread().interrupt();

        assertThat(Backoff.exponential(Duration.ofHours(1), Duration.ofHours(1)).sleep())
                .isFalse();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void sleepsUntilTheTimeoutIsOver() {
        var nanos = new AtomicLong();
        var timeout = Timeout.of(Duration.ofSeconds(1), nanos::get);
        var backoff = Backoff.forContention(new Random(1));

        assertThat(backoff.sleep(timeout)).isTrue();
        nanos.set(Duration.ofSeconds(1).toNanos());

        assertThat(backoff.sleep(timeout)).isFalse();
    }

    @Test
    void refusesDelaysThatCannotGrow() {
        assertThatThrownBy(() -> Backoff.exponential(LONGEST, FIRST)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Backoff.exponential(Duration.ZERO, FIRST))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
