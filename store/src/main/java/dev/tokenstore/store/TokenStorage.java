package dev.tokenstore.store;

import dev.tokenstore.store.token.GeneratedIds;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenFields;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;

/// Durable storage of the rows of one store; what a backend implements. It knows no rule: [TokenStore] decides, and a
/// storage only makes sure that what was decided is still true when it is written.
///
/// Implementations are thread-safe. A write that returned is visible to every later read, also through another instance
/// on the same data. Rows that cannot be read are left out of every answer but [#byId], and reported. Every
/// implementation passes `TokenStoreContract`.
///
/// All methods throw [StorageException] when the data cannot be reached.
public interface TokenStorage extends TokenLookup, AutoCloseable {
    /// The ids this store generates.
    GeneratedIds ids();

    /// Stores a new row, unless `twin` finds it a twin among the rows that share its id, its user or a credential.
    ///
    /// The check and the writing are one: of any number of concurrent inserts that are each other's twins at most
    /// one returns [Insertion.Inserted].
    ///
    /// @param fields what to store; without an id one is generated
    /// @param twin returns the row that should have been updated instead, if there is one
    Insertion insert(TokenFields fields, Function<List<StoredToken>, Optional<StoredToken>> twin);

    /// Stores many new rows, each as [#insert] does. A storage may share among them what the search for twins costs;
    /// until then none of them is visible.
    ///
    /// @param rows no two of them each other's twins
    /// @param twin returns, of a row to store and rows that share a value with it, the one that should have been
    /// updated instead, if there is one
    /// @return what became of each, in their order; a failure of one is no failure of the others
    default List<Attempted> insertAll(
            List<TokenFields> rows, BiFunction<TokenFields, List<StoredToken>, Optional<StoredToken>> twin) {
        return rows.stream()
                .map(fields -> Attempted.of(() -> insert(fields, others -> twin.apply(fields, others))))
                .toList();
    }

    /// Replaces all fields of a row, if it is still as `current` says, and raises its version.
    ///
    /// @param current a row that this storage returned
    /// @param next the new fields, with the same id
    Replacement replace(StoredToken current, TokenFields next);

    /// Takes note that the row was handed to a reader; a storage whose tokens end when they are not used records it,
    /// coarsely and without making the reader wait.
    ///
    /// @param row a row that this storage returned
    default void used(StoredToken row) {}

    /// Returns the row with that id, also one that reads do not see any more because its time is over.
    ///
    /// @throws StorageException with reason `TOKEN_UNREADABLE` if there is one but it cannot be read
    default Optional<StoredToken> toDelete(SecretValue id) {
        return byId(id);
    }

    /// Deletes the row, however it was changed since it was read; deleting what is not there succeeds.
    ///
    /// @param row a row that this storage returned
    void delete(StoredToken row);

    /// Deletes all rows that were there when the call began.
    ///
    /// @return the number of rows deleted by this call
    long deleteAll();

    /// Lists rows in a fixed order.
    ///
    /// @param limit how many rows to look at, at least 1
    /// @param after a cursor from an earlier chunk, or `""` for the beginning
    /// @throws InvalidCursorException if `after` is none of this storage's cursors
    /// @throws StorageException with reason `PAGE_TOKEN_EXPIRED` if the cursor has outlived its list
    Chunk list(int limit, String after);

    @Override
    void close();

    /// What became of one row of an [#insertAll].
    sealed interface Attempted permits Insertion, NotInserted {
        /// Runs an attempt whose failure is a value.
        static Attempted of(Supplier<? extends Attempted> attempt) {
            try {
                return attempt.get();
            } catch (StorageException e) {
                return new NotInserted(e);
            }
        }
    }

    /// The attempt failed; whether the row is stored is not known.
    record NotInserted(StorageException why) implements Attempted {}

    /// What became of an [#insert].
    sealed interface Insertion extends Attempted {
        record Inserted(StoredToken row) implements Insertion {}

        /// There is, or was a moment ago, a row to update instead: look again.
        record TwinFound() implements Insertion {}
    }

    /// What became of a [#replace].
    sealed interface Replacement {
        record Replaced(StoredToken row) implements Replacement {}

        /// The row was changed or deleted meanwhile: look again.
        record RowChanged() implements Replacement {}
    }

    /// A row in a list, with the cursor that leads behind it.
    record Listed(StoredToken row, String cursor) {}

    /// A part of a list; `next` is the cursor behind it, empty at the end of the list.
    record Chunk(List<Listed> rows, Optional<String> next) {
        public Chunk {
            rows = List.copyOf(rows);
        }
    }

    /// A cursor that no list of this storage gave out.
    final class InvalidCursorException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        public InvalidCursorException() {
            super(
                    "page_token is malformed: give back a next_page_token of this store unchanged, or none to start again");
        }
    }
}
