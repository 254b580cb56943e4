package dev.tokenstore.cli.migration.source;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The records of a CSV file, each with the line it begins at.
///
/// Python's and Java's file stores write [CsvFile.Dialect#QUOTED] (RFC 4180): a value with a comma, a quote or a
/// line break is quoted, and a quote in it doubled. Node's and TypeScript's write [CsvFile.Dialect#PLAIN]: values
/// as they are, joined by commas.
///
/// CSV libraries read the rest of the file as one value if a quote is never closed; here that costs one line.
final class CsvRecords {
    /// A quoted value that is longer than any token's value has lost its closing quote.
    private static final int MAX_QUOTED = 64 * 1024;

    private static final int END = -1;
    private static final int UNCLOSED = -2;

    private final BufferedReader reader;
    private final CsvFile.Dialect dialect;
    private final char separator;
    private int line = 1;

    /// @param problem why the record cannot be read; empty if it can
    record CsvRecord(int line, List<String> values, Optional<String> problem) {
        CsvRecord {
            values = List.copyOf(values);
        }

        boolean isBlank() {
            return values.size() == 1 && values.getFirst().isBlank();
        }
    }

    /// @param reader at the beginning of a line; closed by the caller
    CsvRecords(BufferedReader reader, CsvFile.Dialect dialect, char separator) {
        this.reader = reader;
        this.dialect = dialect;
        this.separator = separator;
    }

    /// Reads the next record; empty at the end.
    Optional<CsvRecord> next() throws IOException {
        var begin = line;
        var values = new ArrayList<String>();
        var value = new StringBuilder();
        var quotedLength = 0;
        while (true) {
            int character = read();
            if (dialect == CsvFile.Dialect.QUOTED && character == '"' && value.isEmpty()) {
                reader.mark(2 * MAX_QUOTED + 4);
                var marked = line;
                character = quoted(value);
                if (character == UNCLOSED) {
                    reader.reset();
                    line = marked;
                    return broken(begin, "a quoted value in it is never closed");
                }
                quotedLength = value.length();
                if (character != separator && character != '\n' && character != '\r' && character != END) {
                    return broken(
                            begin,
                            "text follows a quoted value before the next "
                                    + (separator == ',' ? "comma" : "separator"));
                }
            }
            if (character == separator) {
                values.add(value.toString());
                value.setLength(0);
                quotedLength = 0;
            } else if (character == END && values.isEmpty() && value.isEmpty()) {
                return Optional.empty();
            } else if (character == '\n' || character == END) {
                values.add(withoutCarriageReturns(value, quotedLength));
                return Optional.of(new CsvRecord(begin, values, Optional.empty()));
            } else {
                value.append((char) character);
            }
        }
    }

    /// Reads a quoted value from behind its first quote on.
    ///
    /// @return the character behind its last quote
    private int quoted(StringBuilder value) throws IOException {
        var afterQuote = false;
        while (value.length() <= MAX_QUOTED) {
            int character = read();
            if (character == '"') {
                if (afterQuote) {
                    value.append('"');
                }
                afterQuote = !afterQuote;
            } else if (afterQuote) {
                return character;
            } else if (character == END) {
                break;
            } else {
                value.append((char) character);
            }
        }
        return UNCLOSED;
    }

    /// Python ends lines with CR LF, on Windows some with CR CR LF; so may files that were edited there.
    private static String withoutCarriageReturns(StringBuilder value, int quotedLength) {
        var end = value.length();
        while (end > quotedLength && value.charAt(end - 1) == '\r') {
            end--;
        }
        return value.substring(0, end);
    }

    /// Skips the rest of the line.
    private Optional<CsvRecord> broken(int begin, String problem) throws IOException {
        int character;
        do {
            character = read();
        } while (character != '\n' && character != END);
        return Optional.of(new CsvRecord(begin, List.of(), Optional.of(problem)));
    }

    private int read() throws IOException {
        int character = reader.read();
        if (character == '\n') {
            line++;
        }
        return character;
    }
}
