package dev.tokenstore.store.kubernetes;

import dev.tokenstore.store.BulkInsert.Outcome;
import dev.tokenstore.store.NewRow;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The state of one row of a [BulkInsertion]. Passed from thread to thread, one at a time.
final class BulkRow {
    final NewRow row;

    /// The row as it was created; empty before that.
    volatile Optional<SecretRow> pending = Optional.empty();

    /// The rows that blocked the last attempt to create it.
    volatile List<SecretRow> blockers = List.of();

    /// Whether a row whose time was over was deleted for it: then it needs no room of its own.
    volatile boolean isSuccessor;

    private volatile @Nullable Outcome outcome;

    BulkRow(NewRow row) {
        this.row = row;
    }

    /// Sets the outcome, unless it has one.
    void end(Outcome with) {
        if (outcome == null) {
            outcome = with;
        }
    }

    boolean isOpen() {
        return outcome == null;
    }

    Outcome outcome() {
        var end = outcome;
        if (end == null) {
            throw new IllegalStateException("the row has no outcome yet");
        }
        return end;
    }
}
