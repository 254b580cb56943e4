package dev.tokenstore.store;

import dev.tokenstore.store.TokenStorage.Insertion;
import java.util.List;

/// A storage that inserts many rows at less cost than one by one: it may share the search for twins among them.
public interface BulkInsert {
    /// Stores many new rows, each as [TokenStorage#insert] does; none is visible before its search for twins has ended.
    ///
    /// @param rows no two of them each other's twins
    /// @return the outcomes, in the order of the rows; a failure of one is no failure of the others
    List<Outcome> insertAll(List<NewRow> rows);

    /// The outcome of one row.
    sealed interface Outcome {
        record Tried(Insertion insertion) implements Outcome {}

        /// The attempt failed; whether the row is stored is not known.
        record Failed(StorageException why) implements Outcome {}
    }
}
