package dev.tokenstore.store;

import dev.tokenstore.api.RefreshClaim;
import dev.tokenstore.store.token.GeneratedIds;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Durable storage of the rows of one store, always live: what saves and deletes decide on, and what a backend
/// implements. The rules decide ([TokenStore], [NewRow]); a storage makes sure that what they decided on is still true
/// when it is written.
///
/// Implementations are thread-safe. A write that returned is visible to every later read, also through another instance
/// on the same data. Rows that cannot be read are left out of every answer but [#byId], and reported. Every
/// implementation passes `TokenStoreContract`. Storages that insert many rows at less cost implement [BulkInsert] too.
///
/// All methods throw [StorageException] when the data cannot be reached.
public interface TokenStorage extends TokenLookup, AutoCloseable {
    /// The ids this store generates.
    GeneratedIds ids();

    /// Stores a new row, unless it has a twin among the rows that share its id, its user or a credential.
    ///
    /// The check and the writing are one: of any number of concurrent inserts that are each other's twins at most
    /// one returns [Insertion.Inserted].
    ///
    /// @param row without an id one is generated
    Insertion insert(NewRow row);

    /// Replaces all fields of a row, if it is still as `current` says, and raises its version.
    ///
    /// @param current a row that this storage returned
    /// @param next the new fields, with the same id
    Replacement replace(StoredToken current, TokenFields next);

    /// Returns the row that a save of `given` updates, by its id or its user, as this storage remembers it: it may be
    /// outdated, and then [#replace] does not replace it. Sends nothing.
    default Optional<StoredToken> remembered(TokenFields given) {
        return Optional.empty();
    }

    /// Returns the row with that id even if its time is over, so that reads miss it.
    ///
    /// @throws StorageException with reason `TOKEN_UNREADABLE` if there is one but it cannot be read
    Optional<StoredToken> byIdEvenIfOver(TokenId id);

    /// Writes a claim on a row, or takes it away, if the row is still as `current` says. Moves neither its version nor
    /// its times.
    ///
    /// @param current a row that this storage returned
    /// @param claim at the version of `current`
    Replacement claim(StoredToken current, Optional<RefreshClaim> claim);

    /// Waits until a row may be another one than `seen`, and no longer than `atMost`. Changes by other processes on the
    /// same data count, too, after half a second at most. May return early.
    ///
    /// @param seen a row that this storage, or a lookup over it, returned
    void awaitChange(StoredToken seen, Duration atMost) throws InterruptedException;

    /// Deletes the row, however it was changed since it was read; deleting what is not there succeeds.
    ///
    /// @param row a row that this storage returned
    /// @return whether this call deleted it
    boolean delete(StoredToken row);

    /// Deletes the row if it is still as `row` says.
    ///
    /// @param row a row that this storage returned
    /// @return whether this call deleted it
    boolean deleteUnchanged(StoredToken row);

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

    /// The outcome of an [#insert].
    sealed interface Insertion {
        record Inserted(StoredToken row) implements Insertion {}

        /// There is, or was a moment ago, a row to update instead: look again.
        record TwinFound() implements Insertion {}
    }

    /// The outcome of a [#replace].
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
