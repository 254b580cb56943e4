package dev.tokenstore.store.kubernetes;

import dev.tokenstore.store.BulkInsert.Outcome;
import dev.tokenstore.store.NewRow;
import dev.tokenstore.store.token.TokenFields;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// The state of one row of a [BulkInsertion]. Passed from thread to thread, one at a time.
final class BulkRow {
    private final NewRow row;
    private final AtomicReference<@Nullable Outcome> outcome = new AtomicReference<>();
    private volatile Optional<SecretRow> pending = Optional.empty();
    private volatile List<SecretRow> blockers = List.of();
    private volatile boolean replacesAnother;

    BulkRow(NewRow row) {
        this.row = row;
    }

    NewRow row() {
        return row;
    }

    TokenFields fields() {
        return row.fields();
    }

    void created(SecretRow created) {
        pending = Optional.of(created);
    }

    /// The row as it was created; empty before that.
    Optional<SecretRow> pending() {
        return pending;
    }

    void blocked(List<SecretRow> by) {
        blockers = List.copyOf(by);
    }

    /// The rows that blocked the last attempt to create it.
    List<SecretRow> blockers() {
        return blockers;
    }

    /// Marks it as the successor of a row whose time was over: it needs no room of its own.
    void replacesAnother() {
        replacesAnother = true;
    }

    boolean doesReplaceAnother() {
        return replacesAnother;
    }

    /// Sets the outcome, unless it has one.
    void end(Outcome with) {
        outcome.compareAndSet(null, with);
    }

    boolean isOver() {
        return outcome.get() != null;
    }

    Outcome outcome() {
        var end = outcome.get();
        if (end == null) {
            throw new IllegalStateException("the row has no outcome yet");
        }
        return end;
    }
}
