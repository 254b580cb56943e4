package dev.tokenstore.cli.migration.source;

import java.io.IOException;
import java.io.Reader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The records of a CSV file, one by one, with the line each begins at.
///
/// Two dialects. QUOTED is what Python's and Java's file stores write (RFC 4180): a value with a comma, a quote or a
/// line break is quoted, a quote in it doubled. PLAIN is Node's and TypeScript's: values as they are, joined by commas.
final class CsvRecords {
    /// A quoted value that is longer than any token's value has lost its closing quote.
    private static final int MAX_QUOTED = 64 * 1024;

    private final Reader reader;
    private final CsvFile.Dialect dialect;
    private int line = 1;
    private int pushedBack = NOTHING;

    private static final int NOTHING = -2;
    private static final int END = -1;

    /// One record. `problem` is empty if it could be read.
    record CsvRecord(int line, List<String> values, Optional<String> problem) {
        CsvRecord {
            values = List.copyOf(values);
        }

        boolean isBlank() {
            return values.size() == 1 && values.getFirst().isBlank();
        }
    }

    /// @param reader buffered, at the beginning of a line; closed by the caller
    CsvRecords(Reader reader, CsvFile.Dialect dialect) {
        this.reader = reader;
        this.dialect = dialect;
    }

    /// The next record, empty at the end.
    Optional<CsvRecord> next() throws IOException {
        var begin = line;
        int first = read();
        if (first == END) {
            return Optional.empty();
        }
        pushedBack = first;
        var values = new ArrayList<String>();
        var value = new StringBuilder();
        while (true) {
            int character = read();
            if (dialect == CsvFile.Dialect.QUOTED && character == '"' && value.isEmpty()) {
                reader.mark(2 * MAX_QUOTED + 2);
                var marked = line;
                if (!quoted(value)) {
                    reader.reset();
                    line = marked;
                    pushedBack = NOTHING;
                    skipLine();
                    return Optional.of(
                            new CsvRecord(begin, values, Optional.of("a quoted value in it is never closed")));
                }
                character = read();
                if (character != ',' && character != '\n' && character != '\r' && character != END) {
                    skipLine();
                    return Optional.of(new CsvRecord(
                            begin, values, Optional.of("text follows a quoted value before the next comma")));
                }
            }
            switch (character) {
                case ',' -> {
                    values.add(value.toString());
                    value.setLength(0);
                }
                case '\n', END -> {
                    values.add(withoutCarriageReturn(value));
                    return Optional.of(new CsvRecord(begin, values, Optional.empty()));
                }
                default -> value.append((char) character);
            }
        }
    }

    /// Reads the rest of a quoted value.
    ///
    /// @return false if it does not end
    private boolean quoted(StringBuilder value) throws IOException {
        while (value.length() <= MAX_QUOTED) {
            int character = read();
            if (character == END) {
                break;
            }
            if (character == '"') {
                int next = read();
                if (next != '"') {
                    pushedBack = next;
                    return true;
                }
            }
            value.append((char) character);
        }
        return false;
    }

    /// Python ends lines with CR LF; so do files that were edited on Windows.
    private static String withoutCarriageReturn(StringBuilder value) {
        var end = value.length();
        return !value.isEmpty() && value.charAt(end - 1) == '\r' ? value.substring(0, end - 1) : value.toString();
    }

    private void skipLine() throws IOException {
        int character;
        do {
            character = read();
        } while (character != '\n' && character != END);
    }

    private int read() throws IOException {
        int character = pushedBack == NOTHING ? reader.read() : pushedBack;
        if (pushedBack == NOTHING && character == '\n') {
            line++;
        }
        pushedBack = NOTHING;
        return character;
    }
}
