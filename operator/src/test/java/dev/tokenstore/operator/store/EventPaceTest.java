package dev.tokenstore.operator.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EventPaceTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");

    private final EventPace pace = new EventPace();

    @Test
    void aStoreMayTellALittleAtOnceAndThenNowAndThen() {
        assertThat(IntStream.range(0, 100)
                        .filter(i -> pace.allows("crm", "TokensDeleted", NOW))
                        .count())
                .isEqualTo(EventPace.BURST);

        assertThat(pace.allows("crm", "TokensDeleted", NOW.plus(EventPace.REFILL)))
                .isTrue();
        assertThat(pace.allows("crm", "TokensDeleted", NOW.plus(EventPace.REFILL)))
                .isFalse();
    }

    @Test
    void oneReasonDoesNotSilenceAnotherNorOneStoreTheNext() {
        IntStream.range(0, 100).forEach(i -> pace.allows("crm", "TokensDeleted", NOW));

        assertThat(pace.allows("crm", "CleanupHeld", NOW)).isTrue();
        assertThat(pace.allows("billing", "TokensDeleted", NOW)).isTrue();
    }
}
