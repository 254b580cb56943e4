package dev.tokenstore.cli.migration;

import java.util.Optional;

/// What was done, or would be, with one row of the source.
///
/// @param place where the source has it
/// @param why what a person needs to know of it; holds no value of a token
/// @param mapping the row's id and the one it is stored under, if they differ
record RowOutcome(String place, Action action, String why, Optional<Mapping> mapping) {
    /// What happens to a row.
    enum Action {
        /// It becomes a token of the store.
        CREATE("created"),
        /// It is written into a token that is there.
        UPDATE("updated"),
        /// All of it is there already.
        UNCHANGED("unchanged"),
        /// Another row or the store has the same token, as new or newer.
        KEEP("kept"),
        /// It is no token.
        SKIP("skipped"),
        /// It should have been stored, and was not.
        FAIL("failed");

        private final String done;

        Action(String done) {
            this.done = done;
        }

        String done() {
            return done;
        }

        /// Whether the row is not in the store as it should be.
        boolean isMissing() {
            return this == SKIP || this == FAIL;
        }
    }

    /// An id that apps must not use any more, and the one that replaces it.
    record Mapping(String oldId, String newId) {}

    static RowOutcome of(String place, Action action, String why) {
        return new RowOutcome(place, action, why, Optional.empty());
    }
}
