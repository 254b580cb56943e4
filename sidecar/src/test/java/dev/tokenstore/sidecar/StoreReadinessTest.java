package dev.tokenstore.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.runtime.Backoff;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StoreReadinessTest {
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger reached = new AtomicInteger();

    @Test
    void becomesReadyByItselfOnceTheStoreAnswersAndNeverAsksAgain() {
        try (var readiness = readiness(() -> {
            if (asked.incrementAndGet() < 5) {
                throw new StorageException(Reason.API_SERVER_UNAVAILABLE, "not yet");
            }
        })) {
            assertThat(readiness.whyNotReady().isEmpty()).isFalse();

            readiness.start();

            await().untilAsserted(() -> assertThat(reached).hasValue(1));
            assertThat(readiness.whyNotReady().isEmpty()).isTrue();
            assertThat(asked).hasValue(5);
        }
    }

    @Test
    void saysWhyItIsNotReady() {
        try (var readiness = readiness(() -> {
            asked.incrementAndGet();
            throw new StorageException(Reason.STORE_NOT_FOUND, "there is no such store");
        })) {
            readiness.start();

            await().until(() -> asked.get() > 3);
            assertThat(readiness.whyNotReady()).contains("there is no such store");
            assertThat(reached).hasValue(0);
        }
    }

    @Test
    void survivesADefectOfTheCheckWithoutRepeatingItsMessage() {
        try (var readiness = readiness(() -> {
            if (asked.incrementAndGet() < 3) {
                throw new IllegalStateException("fixture-secret");
            }
        })) {
            readiness.start();

            await().until(() -> readiness.whyNotReady().isEmpty());
        }
    }

    @Test
    void isNotReadyWhenItIsClosed() {
        var readiness = readiness(() -> {});
        readiness.start();
        await().until(() -> readiness.whyNotReady().isEmpty());

        readiness.close();

        assertThat(readiness.whyNotReady().isEmpty()).isFalse();
    }

    private StoreReadiness readiness(Runnable check) {
        return new StoreReadiness(
                check,
                Backoff.withFullJitter(Duration.ofMillis(1), Duration.ofMillis(5), new Random(7)),
                reached::incrementAndGet);
    }
}
