package dev.tokenstore.store.kubernetes;

import dev.tokenstore.store.BulkInsert.Outcome;
import dev.tokenstore.store.NewRow;
import dev.tokenstore.store.token.TokenFields;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/// One row of a [BulkInsertion] on its way: what it is to hold, and how far it has come. Handed from thread to thread,
/// one at a time.
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

    /// Takes note that the row was created, pending.
    void created(SecretRow created) {
        pending = Optional.of(created);
    }

    /// The row as it was created; empty before that.
    Optional<SecretRow> pending() {
        return pending;
    }

    /// Takes note of what is in the way of its creation.
    void blocked(List<SecretRow> by) {
        blockers = List.copyOf(by);
    }

    /// The rows that were in the way when its creation was tried last.
    List<SecretRow> blockers() {
        return blockers;
    }

    /// Takes note that a row whose time was over made room for this one.
    void replacesAnother() {
        replacesAnother = true;
    }

    boolean doesReplaceAnother() {
        return replacesAnother;
    }

    /// Says what became of the row; what was said first stays.
    void end(Outcome with) {
        outcome.compareAndSet(null, with);
    }

    boolean isOver() {
        return outcome.get() != null;
    }

    Outcome outcome() {
        var end = outcome.get();
        if (end == null) {
            throw new IllegalStateException("the row is still on its way");
        }
        return end;
    }
}
