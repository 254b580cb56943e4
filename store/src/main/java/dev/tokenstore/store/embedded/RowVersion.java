package dev.tokenstore.store.embedded;

import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStorage.InvalidCursorException;
import dev.tokenstore.store.token.TokenFields;
import java.time.Instant;
import java.util.regex.Pattern;

/// The version of a row that an embedded storage numbers.
///
/// @param sequence the row's own number, never given to another one
/// @param nonce random text that only this row's versions have
/// @param counter how often the row was saved
public record RowVersion(long sequence, String nonce, long counter) implements StoredToken.Handle {
    private static final Pattern CURSOR = Pattern.compile("[0-9]{1,18}");

    public static RowVersion of(StoredToken row) {
        if (row.handle() instanceof RowVersion version) {
            return version;
        }
        throw new IllegalArgumentException("the row is from another storage: " + row.name());
    }

    /// The version after the next save.
    public RowVersion next() {
        return new RowVersion(sequence, nonce, counter + 1);
    }

    /// Returns the row that has this version.
    public StoredToken row(TokenFields fields, Instant created, Instant saved, Instant lastActive, Instant userSince) {
        return new StoredToken(
                fields, nonce + "." + counter, created, saved, lastActive, userSince, nameOf(sequence), this);
    }

    public static String nameOf(long sequence) {
        return "row-" + sequence;
    }

    /// Returns the cursor that goes on after a row, in a list in the order of the sequence numbers. It stays valid.
    public static String cursorAfter(long sequence) {
        return Long.toString(sequence);
    }

    /// Returns the sequence number that a cursor goes on after; 0 for `""`, the beginning.
    ///
    /// @throws InvalidCursorException if the text is no cursor
    public static long sequenceOf(String cursor) {
        if (cursor.isEmpty()) {
            return 0;
        }
        if (!CURSOR.matcher(cursor).matches()) {
            throw new InvalidCursorException();
        }
        return Long.parseLong(cursor);
    }
}
