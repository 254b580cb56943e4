package dev.tokenstore.store;

import dev.tokenstore.store.TokenStorage.InvalidCursorException;
import java.util.regex.Pattern;

/// A cursor of a list that is in the order of its rows' sequence numbers: the number of the last row looked at.
///
/// Such a cursor never outlives its list, because a number is never given to another row.
public record SequenceCursor(long after) {
    private static final Pattern FORM = Pattern.compile("[0-9]{1,18}");

    /// Reads the cursor that [#text] gave out; `""` is the beginning.
    ///
    /// @throws InvalidCursorException if the text is no cursor
    public static SequenceCursor parse(String text) {
        if (text.isEmpty()) {
            return new SequenceCursor(0);
        }
        if (!FORM.matcher(text).matches()) {
            throw new InvalidCursorException();
        }
        return new SequenceCursor(Long.parseLong(text));
    }

    public String text() {
        return Long.toString(after);
    }
}
