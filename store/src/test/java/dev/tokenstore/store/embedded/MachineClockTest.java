package dev.tokenstore.store.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class MachineClockTest {
    private final TestMachine machine = new TestMachine();
    private final MachineClock clock = machine.clock();

    @Test
    void goesOnWithTheTimerFromWhereTheWallClockStood() {
        machine.pass(Duration.ofMillis(300));
        assertThat(clock.instant()).isEqualTo(TestMachine.START.plusMillis(300));

        machine.pass(Duration.ofHours(30));
        assertThat(clock.instant()).isEqualTo(TestMachine.START.plusMillis(300).plus(Duration.ofHours(30)));
    }

    @Test
    void aStepOfTheWallClockMovesNothing() {
        machine.setWallClockBy(Duration.ofHours(5));
        assertThat(clock.instant()).isEqualTo(TestMachine.START);

        machine.setWallClockBy(Duration.ofHours(-9));
        assertThat(clock.instant()).isEqualTo(TestMachine.START);
    }

    @Test
    void stampsAreNeverEarlierThanEitherClock() {
        machine.setWallClockBy(Duration.ofHours(5));
        assertThat(clock.timestamps().instant()).isEqualTo(TestMachine.START.plus(Duration.ofHours(5)));

        machine.setWallClockBy(Duration.ofHours(-9));
        assertThat(clock.timestamps().instant()).isEqualTo(TestMachine.START);
    }

    @Test
    void timeThatTheMachineSleptCountsWhereTheMachineTells() {
        machine.pass(Duration.ofSeconds(2));
        machine.sleep(Duration.ofHours(8));
        machine.pass(Duration.ofSeconds(2));

        assertThat(clock.instant()).isEqualTo(TestMachine.START.plusSeconds(4).plus(Duration.ofHours(8)));
        machine.pass(Duration.ofSeconds(2));
        assertThat(clock.instant()).isEqualTo(TestMachine.START.plusSeconds(6).plus(Duration.ofHours(8)));
    }

    @Test
    void elsewhereItIsLateByThatTimeAndNeverEarly() {
        var silent = new MachineClock(machine::wall, machine::nanoTime, machine::nanoTime);
        machine.sleep(Duration.ofHours(8));
        machine.pass(Duration.ofSeconds(2));

        assertThat(silent.instant()).isEqualTo(TestMachine.START.plusSeconds(2));
    }

    @Test
    void followsTheRealClocksOfThisMachine() {
        var real = new MachineClock(InstantSource.system());

        assertThat(Duration.between(Instant.now(), real.instant()).abs()).isLessThan(Duration.ofSeconds(1));
    }
}
