package dev.tokenstore.operator.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class DeletionPaceTest {
    private static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(10);

    private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 5 * INTERVAL);
    private final DeletionPace pace = new DeletionPace(100, nanoTime::get, nanoTime::addAndGet);

    @Test
    void deletionsAreSpacedEvenlyAcrossTheOverflowOfTheTimer() {
        var begun = new ArrayList<Long>();
        for (int i = 0; i < 12; i++) {
            pace.run(() -> begun.add(nanoTime.get()));
        }

        for (int i = 1; i < begun.size(); i++) {
            assertThat(begun.get(i) - begun.get(i - 1)).isEqualTo(INTERVAL);
        }
    }

    @Test
    void aQuietTimeIsNotMadeUpForByABurst() {
        var begun = new ArrayList<Long>();
        pace.run(() -> begun.add(nanoTime.get()));
        nanoTime.addAndGet(10 * INTERVAL);

        for (int i = 0; i < 2; i++) {
            pace.run(() -> begun.add(nanoTime.get()));
        }

        assertThat(begun.get(2) - begun.get(1)).isEqualTo(INTERVAL);
    }

    @Test
    void whoeverWaitedForTheApiServerRestsForAQuarterOfThat() {
        var end = pace.run(() -> nanoTime.addAndGet(8 * INTERVAL));

        assertThat(nanoTime.get() - end).isEqualTo(2 * INTERVAL);
    }

    @Test
    void noRestIsLongerThanAQuarterOfASecond() {
        var end = pace.run(() -> nanoTime.addAndGet(TimeUnit.SECONDS.toNanos(10)));

        assertThat(Duration.ofNanos(nanoTime.get() - end)).isEqualTo(Duration.ofMillis(250));
    }

    @Test
    void whoeverIsInterruptedWaitsForNothingAndStillDeletes() {
        Thread.currentThread().interrupt();

        var outcomes = List.of(pace.run(() -> "first"), pace.run(() -> "second"));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(outcomes).containsExactly("first", "second");
    }
}
