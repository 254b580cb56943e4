package dev.tokenstore.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;

class ServerClockTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00.400Z");

    private Instant local = START;
    private final ServerClock clock =
            new ServerClock(() -> local, () -> Duration.between(START, local).toNanos());

    @Test
    void isThisMachinesClockUntilTheServerAnswered() {
        assertThat(clock.instant()).isEqualTo(START);
    }

    @Test
    void tellsHowFarItIsAheadOfTheMachine() {
        assertThat(clock.aheadOf(() -> local)).isZero();

        reply(Duration.ofHours(3));

        assertThat(clock.aheadOf(() -> local)).isBetween(Duration.ofHours(3).minusSeconds(1), Duration.ofHours(3));
    }

    @Test
    void isAtMostASecondBehindTheServerAfterOneReply() {
        var ahead = Duration.ofHours(3);

        reply(ahead);

        assertThat(clock.instant()).isBetween(local.plus(ahead).minusSeconds(1), local.plus(ahead));
    }

    @Test
    void comesCloserWithEveryReplyAndIsNeverAhead() {
        var behind = Duration.ofHours(-3);
        for (int i = 0; i < 50; i++) {
            local = local.plusMillis(37);
            reply(behind);
            assertThat(clock.instant()).isBeforeOrEqualTo(local.plus(behind));
        }

        assertThat(Duration.between(clock.instant(), local.plus(behind))).isLessThan(Duration.ofMillis(40));
    }

    @Test
    void aStepOfThisMachinesClockMovesNothing() {
        var wall = new Instant[] {START};
        var steady = new ServerClock(() -> wall[0], () -> 0);
        var before = steady.instant();

        wall[0] = START.plus(Duration.ofHours(3));

        assertThat(steady.instant()).isEqualTo(before);
    }

    @Test
    void followsAServerWhoseClockWasSetBack() {
        reply(Duration.ZERO);
        reply(Duration.ofHours(-2));

        assertThat(clock.instant())
                .isBetween(local.minus(Duration.ofHours(2)).minusSeconds(1), local.minus(Duration.ofHours(2)));
    }

    @Test
    void followsWhenThisMachinesClockDriftsAhead() {
        for (int minute = 0; minute < 60; minute++) {
            local = local.plus(Duration.ofMinutes(1));
            reply(Duration.ofSeconds(-minute).dividedBy(10));
        }

        assertThat(Duration.between(clock.instant(), local.minusMillis(5900)).abs())
                .isLessThan(Duration.ofSeconds(3));
    }

    /// A reply from a server whose clock is `ahead` of this machine's.
    private void reply(Duration ahead) {
        clock.observe(local.plus(ahead).truncatedTo(ChronoUnit.SECONDS));
    }
}
