package dev.tokenstore.store.embedded;

import dev.tokenstore.api.TokenFacts;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.BiConsumer;

/// The rows of a storage as its cleanup sees them.
///
/// @param <R> a row as it was when it was looked at; it changes with every save and recorded use
public interface OverdueRows<R> {
    /// Passes every row to `action`, with the facts about it at `now`.
    void forEach(Instant now, BiConsumer<R, TokenFacts> action);

    /// Deletes those of the rows that are still as they were, and returns them.
    List<R> deleteUnchanged(Collection<R> rows);

    /// A number that changes whenever another process writes to the storage.
    long revision();
}
