package dev.tokenstore.operator.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EventPaceTest {
    private final AtomicLong nanos = new AtomicLong();
    private final EventPace pace = new EventPace(nanos::get);

    @Test
    void aStoreMayEmitABurstOfEventsAndThenOneAMinute() {
        assertThat(IntStream.range(0, 100)
                        .filter(i -> pace.allows("crm", "TokensDeleted"))
                        .count())
                .isEqualTo(EventPace.BURST);

        nanos.addAndGet(EventPace.REFILL.toNanos());
        assertThat(pace.allows("crm", "TokensDeleted")).isTrue();
        assertThat(pace.allows("crm", "TokensDeleted")).isFalse();
    }

    @Test
    void reasonsAndStoresHaveLimitsOfTheirOwn() {
        IntStream.range(0, 100).forEach(i -> pace.allows("crm", "TokensDeleted"));

        assertThat(pace.allows("crm", "CleanupHeld")).isTrue();
        assertThat(pace.allows("billing", "TokensDeleted")).isTrue();
    }
}
