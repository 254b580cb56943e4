package dev.tokenstore.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class ExpiringValueTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2030-01-01T00:00:00Z"));
    private final ExpiringValue<String> value = new ExpiringValue<>(now::get);

    @Test
    void isFreshUntilItsTimeToLiveIsOver() {
        value.set("a", Duration.ofSeconds(10));

        pass(Duration.ofMillis(9_999));
        assertThat(value.fresh()).contains("a");

        pass(Duration.ofMillis(1));
        assertThat(value.fresh()).isEmpty();
        assertThat(value.latest()).contains("a");
    }

    @Test
    void holdsNothingBeforeItIsSetAndAfterItIsCleared() {
        assertThat(value.latest()).isEmpty();

        value.set("a", Duration.ofSeconds(10));
        value.clear();

        assertThat(value.fresh()).isEmpty();
        assertThat(value.latest()).isEmpty();
    }

    private void pass(Duration time) {
        now.updateAndGet(before -> before.plus(time));
    }
}
