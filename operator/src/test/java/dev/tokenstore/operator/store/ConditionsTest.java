package dev.tokenstore.operator.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConditionsTest {
    private static final Conditions EARLY = new Conditions(InstantSource.fixed(Instant.parse("2030-01-01T00:00:00Z")));
    private static final Conditions LATE = new Conditions(InstantSource.fixed(Instant.parse("2030-01-02T00:00:00Z")));

    @Test
    void theTransitionTimeStaysWhileTheStatusDoes() {
        var before = EARLY.with(List.of(), "Ready", new Verdict.False("One", "first"), 1);

        var after = LATE.with(before, "Ready", new Verdict.False("Two", "second"), 2);

        assertThat(after).singleElement().satisfies(condition -> {
            assertThat(condition.getLastTransitionTime()).isEqualTo("2030-01-01T00:00:00Z");
            assertThat(condition.getReason()).isEqualTo("Two");
            assertThat(condition.getMessage()).isEqualTo("second");
            assertThat(condition.getObservedGeneration()).isEqualTo(2);
        });
    }

    @Test
    void theTransitionTimeMovesWithTheStatus() {
        var before = EARLY.with(List.of(), "Ready", new Verdict.False("One", ""), 1);

        var after = LATE.with(before, "Ready", new Verdict.True("One", ""), 1);

        assertThat(after)
                .singleElement()
                .satisfies(condition ->
                        assertThat(condition.getLastTransitionTime()).isEqualTo("2030-01-02T00:00:00Z"));
    }

    @Test
    void otherConditionsStay() {
        var before = EARLY.with(List.of(), "Ready", new Verdict.True("One", ""), 1);

        assertThat(LATE.with(before, "CleanedUp", new Verdict.Unknown("Two", ""), 1))
                .hasSize(2)
                .contains(before.getFirst());
    }

    @Test
    void theWordingOfAMessageIsNoOtherVerdict() {
        var one = EARLY.with(List.of(), "Ready", new Verdict.False("One", "3 left"), 1);
        var other = LATE.with(List.of(), "Ready", new Verdict.False("One", "2 left"), 1);
        var newer = LATE.with(List.of(), "Ready", new Verdict.False("One", "2 left"), 2);

        assertThat(Conditions.sameVerdicts(one, other)).isTrue();
        assertThat(Conditions.sameVerdicts(one, newer)).isFalse();
    }
}
