package dev.tokenstore.operator;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class ServerClockTest {
    private static final Instant LOCAL = Instant.parse("2030-01-01T12:00:00.500Z");

    private final ServerClock clock = new ServerClock(InstantSource.fixed(LOCAL));

    @Test
    void isTheMachinesClockUntilAReplyTellsOtherwise() {
        assertThat(clock.instant()).isEqualTo(LOCAL);
    }

    @Test
    void clocksThatDifferByLessThanTheHeaderTellsAreEqual() {
        clock.replied(Instant.parse("2030-01-01T12:00:00Z"));
        assertThat(clock.instant()).isEqualTo(LOCAL);

        clock.replied(Instant.parse("2030-01-01T11:59:59Z"));
        assertThat(clock.instant()).isEqualTo(LOCAL);
    }

    @Test
    void followsAServerThatIsAhead() {
        clock.replied(Instant.parse("2030-01-01T12:05:00Z"));

        assertThat(clock.instant()).isEqualTo("2030-01-01T12:05:00Z");
    }

    @Test
    void followsAServerThatIsBehindByWhatIsCertain() {
        clock.replied(Instant.parse("2030-01-01T11:50:00Z"));

        assertThat(clock.instant()).isEqualTo("2030-01-01T11:50:02Z");
    }

    @Test
    void theLatestReplyCounts() {
        clock.replied(Instant.parse("2030-01-01T12:05:00Z"));
        clock.replied(Instant.parse("2030-01-01T12:00:00Z"));

        assertThat(clock.instant()).isEqualTo(LOCAL);
    }
}
