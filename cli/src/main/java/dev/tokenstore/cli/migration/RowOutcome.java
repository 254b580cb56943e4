package dev.tokenstore.cli.migration;

import java.util.Optional;

/// The outcome of one row of the source; of a dry run, the outcome that a real run would have.
///
/// @param location of the row in the source
/// @param why for people; holds no value of a token
/// @param mapping the row's id and the one it is stored under, if they differ
record RowOutcome(String location, Action action, String why, Optional<Mapping> mapping) {
    enum Action {
        /// The row became a token of the store.
        CREATE("created"),
        /// The row was written into a stored token.
        UPDATE("updated"),
        /// All fields of the row were stored already.
        UNCHANGED("unchanged"),
        /// The stored token was as new or newer and was kept.
        KEEP("kept"),
        /// The row is no token.
        SKIP("skipped"),
        /// The row could not be stored.
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

    static RowOutcome of(String location, Action action, String why) {
        return new RowOutcome(location, action, why, Optional.empty());
    }

    /// The outcome of a row whose decision is carried out.
    static RowOutcome of(PlannedRow row) {
        var decision = row.decision();
        var here = decision.token()
                .location()
                .filter(other -> !other.equals(row.location()))
                .map(other -> "the token of " + other)
                .orElse("the stored token");
        var mapping = mapping(row);
        var underId = mapping.isPresent() ? ", under another id" : "";
        return switch (decision) {
            case Decision.Create create ->
                new RowOutcome(
                        row.location(),
                        Action.CREATE,
                        create.newId().map(why -> "with a new id: " + why).orElse(""),
                        mapping);
            case Decision.Update update ->
                new RowOutcome(
                        row.location(),
                        Action.UPDATE,
                        (update.newer() ? "newer than " + here : "adds to " + here) + underId,
                        mapping);
            case Decision.Unchanged unchanged ->
                new RowOutcome(row.location(), Action.UNCHANGED, "all of it is in " + here + underId, mapping);
            case Decision.Keep keep ->
                new RowOutcome(
                        row.location(),
                        Action.KEEP,
                        here + " is as new or newer, and stays as it is" + underId,
                        mapping);
        };
    }

    private static Optional<Mapping> mapping(PlannedRow row) {
        return row.decision()
                .token()
                .id()
                .flatMap(now -> row.fields()
                        .id()
                        .filter(old -> !old.equals(now))
                        .map(old -> new Mapping(old.reveal(), now.reveal())));
    }
}
