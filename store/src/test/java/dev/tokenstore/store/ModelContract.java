package dev.tokenstore.store;

import org.junit.jupiter.api.Test;

/// Any sequence of operations does what [NaiveModel] says.
interface ModelContract extends StoreContract {
    /// How many random sequences to try.
    default int randomSequences() {
        return 8;
    }

    /// Prints the seed when it fails; `-Dtokenstore.model.seed=...` then repeats that sequence.
    @Test
    @Conformance({"R1", "R2", "R3", "R4", "R5", "R6", "R6a", "R7", "R8", "R9", "R12", "R13", "R14"})
    default void randomSequencesOfOperationsDoWhatTheModelSays() {
        var asked = Long.getLong("tokenstore.model.seed");
        if (asked != null) {
            runSequence(asked);
            return;
        }
        var firstSeed = System.nanoTime();
        for (var i = 0; i < randomSequences(); i++) {
            runSequence(firstSeed + i);
        }
    }

    private void runSequence(long seed) {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            new RandomSequence(caller, seed).run(40);
        }
    }
}
