package dev.tokenstore.operator.response;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Cuts JSON values down to what a [Trimming] keeps while they stream through, byte by byte: what is left out is never
/// held in memory, however large or deep it is. Several values may follow each other, as in a watch.
///
/// Arrays and objects that are nested too deeply are left out as well, and bytes beyond ASCII become `?`: the client
/// library aborts a watch at them, and everything that the operator reads is ASCII. JSON that is malformed comes out
/// malformed. Not thread-safe.
final class JsonTrimmer {
    /// The deepest that the operator reads are the names of credentials in the `managedFields` of a listed Secret.
    static final int DEPTH = 12;

    /// The objects of a list are an array of this depth, which is not limited.
    private static final int DEPTH_OF_ITEMS = 2;

    private static final int LONGEST_NAME = 256;
    private static final int DIGITS_OF_A_CHARACTER = 4;
    private static final int AFTER_BACKSLASH = DIGITS_OF_A_CHARACTER + 1;

    private final Trimming trimming;
    private final Level[] levels = new Level[DEPTH];
    private final byte[] name = new byte[LONGEST_NAME];
    private int nameLength;

    /// The number of arrays and objects around the current place that are kept.
    private int depth;
    /// The number of arrays and objects around it that are left out.
    private int skipped;
    private Place place = Place.VALUE;
    /// The part of the value that comes next.
    private Part next;
    private int textLength;
    /// The bytes that the escape sequence of a string still has; 0 outside of one.
    private int escape;

    private byte[] out = new byte[8_192];
    private int size;

    private enum Place {
        /// Before a value.
        VALUE,
        /// Before the name of a member.
        NAME,
        IN_NAME,
        IN_TEXT,
        /// Within a number, true, false or null.
        IN_WORD,
        /// Within a value that is left out, outside of strings.
        SKIPPED,
        IN_SKIPPED_TEXT
    }

    /// An array or object that is kept.
    private static final class Level {
        private boolean isArray;
        private int elements;
        private Part part = Part.NOTHING;
    }

    JsonTrimmer(Trimming trimming) {
        this.trimming = trimming;
        this.next = trimming.response();
        Arrays.setAll(levels, i -> new Level());
    }

    /// Returns what is kept of the next bytes.
    ByteBuffer trim(ByteBuffer bytes) {
        size = 0;
        while (bytes.hasRemaining()) {
            accept(bytes.get());
        }
        return ByteBuffer.wrap(Arrays.copyOf(out, size));
    }

    private void accept(byte b) {
        switch (place) {
            case VALUE -> value(b);
            case NAME -> beforeName(b);
            case IN_NAME -> inName(b);
            case IN_TEXT -> inText(b);
            case IN_WORD -> inWord(b);
            case SKIPPED -> skip(b);
            case IN_SKIPPED_TEXT -> inSkippedText(b);
        }
    }

    private void value(byte b) {
        switch (b) {
            case ' ', '\t', '\r', ',', ':' -> {}
            case '\n' -> {
                // ends a watch event
                if (depth == 0) {
                    emit(b);
                }
            }
            case ']', '}' -> close(b);
            case '{', '[' -> open(b);
            case '"' -> {
                if (keepsScalar()) {
                    emit(b);
                    textLength = 0;
                    place = Place.IN_TEXT;
                } else {
                    place = Place.IN_SKIPPED_TEXT;
                }
            }
            default -> {
                if (keepsScalar()) {
                    emit(b);
                    place = Place.IN_WORD;
                } else {
                    place = Place.SKIPPED;
                }
            }
        }
    }

    private boolean keepsScalar() {
        return next instanceof Part.Whole && begins();
    }

    private void open(byte b) {
        var part = next;
        if (depth == DEPTH || part instanceof Part.Nothing || !begins()) {
            skipped = 1;
            place = Place.SKIPPED;
            return;
        }
        emit(b);
        var level = levels[depth++];
        level.isArray = b == '[';
        level.elements = 0;
        level.part = part;
        expect();
    }

    /// Writes what stands before a value, unless its array or object is full.
    private boolean begins() {
        if (depth == 0) {
            return true;
        }
        var level = levels[depth - 1];
        if (level.elements >= trimming.elements() && depth > DEPTH_OF_ITEMS) {
            return false;
        }
        if (level.elements++ > 0) {
            emit((byte) ',');
        }
        if (!level.isArray) {
            emitName();
        }
        return true;
    }

    private void close(byte b) {
        emit(b);
        depth = Math.max(0, depth - 1);
        expect();
    }

    /// Prepares for what may follow in the current array or object.
    private void expect() {
        if (depth == 0) {
            next = trimming.response();
            place = Place.VALUE;
        } else if (levels[depth - 1].isArray) {
            next = levels[depth - 1].part;
            place = Place.VALUE;
        } else {
            place = Place.NAME;
        }
    }

    private void beforeName(byte b) {
        switch (b) {
            case '"' -> {
                nameLength = 0;
                place = Place.IN_NAME;
            }
            case '}', ']' -> close(b);
            default -> {}
        }
    }

    private void inName(byte b) {
        if (b == '"' && escape == 0) {
            next = nameLength > LONGEST_NAME
                    ? Part.NOTHING
                    : levels[depth - 1].part.member(new String(name, 0, nameLength, StandardCharsets.ISO_8859_1));
            place = Place.VALUE;
            return;
        }
        follow(b);
        if (nameLength < LONGEST_NAME) {
            name[nameLength] = ascii(b);
        }
        nameLength++;
    }

    private void emitName() {
        emit((byte) '"');
        for (int i = 0; i < nameLength; i++) {
            emit(name[i]);
        }
        emit((byte) '"');
        emit((byte) ':');
    }

    private void inText(byte b) {
        if (b == '"' && escape == 0) {
            emit(b);
            expect();
            return;
        }
        if (escape == 0) {
            textLength++;
        }
        follow(b);
        // a sequence is kept or left out as a whole
        if (textLength <= trimming.text()) {
            emit(ascii(b));
        }
    }

    private void inWord(byte b) {
        if (endsWord(b)) {
            expect();
            accept(b);
        } else {
            emit(ascii(b));
        }
    }

    private void skip(byte b) {
        if (skipped == 0 && endsWord(b)) {
            expect();
            accept(b);
            return;
        }
        switch (b) {
            case '{', '[' -> skipped++;
            case '}', ']' -> {
                skipped--;
                if (skipped == 0) {
                    expect();
                }
            }
            case '"' -> place = Place.IN_SKIPPED_TEXT;
            default -> {}
        }
    }

    private void inSkippedText(byte b) {
        if (b == '"' && escape == 0) {
            if (skipped == 0) {
                expect();
            } else {
                place = Place.SKIPPED;
            }
            return;
        }
        follow(b);
    }

    /// Follows the escape sequences of a string.
    private void follow(byte b) {
        if (escape == AFTER_BACKSLASH) {
            escape = b == 'u' ? DIGITS_OF_A_CHARACTER : 0;
        } else if (escape > 0) {
            escape--;
        } else if (b == '\\') {
            escape = AFTER_BACKSLASH;
        }
    }

    private void emit(byte b) {
        if (size == out.length) {
            out = Arrays.copyOf(out, size * 2);
        }
        out[size++] = b;
    }

    private static boolean endsWord(byte b) {
        return b == ',' || b == '}' || b == ']' || b == ' ' || b == '\n' || b == '\r' || b == '\t';
    }

    private static byte ascii(byte b) {
        return b < 0 ? (byte) '?' : b;
    }
}
