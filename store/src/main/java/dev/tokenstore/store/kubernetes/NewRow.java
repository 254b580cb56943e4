package dev.tokenstore.store.kubernetes;

import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStorage.Attempted;
import dev.tokenstore.store.token.TokenFields;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// One row of a [BulkInsertion] on its way: what it is to hold, and how far it has come. Handed from thread to thread,
/// one at a time.
final class NewRow {
    private final TokenFields fields;
    private final BiFunction<TokenFields, List<StoredToken>, Optional<StoredToken>> twin;
    private final AtomicReference<@Nullable Attempted> outcome = new AtomicReference<>();
    private volatile Optional<SecretRow> pending = Optional.empty();
    private volatile List<SecretRow> blockers = List.of();
    private volatile boolean replacesAnother;

    /// @param twin as for `TokenStorage.insertAll`
    NewRow(TokenFields fields, BiFunction<TokenFields, List<StoredToken>, Optional<StoredToken>> twin) {
        this.fields = fields;
        this.twin = twin;
    }

    TokenFields fields() {
        return fields;
    }

    /// The one among `rows` that should be updated instead.
    Optional<StoredToken> twinAmong(List<StoredToken> rows) {
        return twin.apply(fields, rows);
    }

    /// Takes note that the row was created, pending.
    void created(SecretRow row) {
        pending = Optional.of(row);
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
    void end(Attempted with) {
        outcome.compareAndSet(null, with);
    }

    boolean isOver() {
        return outcome.get() != null;
    }

    Attempted outcome() {
        var end = outcome.get();
        if (end == null) {
            throw new IllegalStateException("the row is still on its way");
        }
        return end;
    }
}
