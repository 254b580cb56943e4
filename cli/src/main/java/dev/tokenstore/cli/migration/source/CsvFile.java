package dev.tokenstore.cli.migration.source;

import dev.tokenstore.cli.output.CommandException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// The file of an SDK's `FileStore`, also after a program on Windows saved it in UTF-16, or with semicolons or tabs.
///
/// @param charset of a file that is not UTF-16; that is recognised by its first two bytes
/// @param dialect empty to detect it: only Node and TypeScript write no line end after the last row, and they end lines
///     with LF and quote no column's name
public record CsvFile(Path file, Charset charset, Optional<Dialect> dialect) implements TokenSource {
    /// How an SDK writes values.
    public enum Dialect {
        /// Python and Java: quoted where it is needed.
        QUOTED,
        /// Node and TypeScript: as they are, joined by commas.
        PLAIN
    }

    private static final char BYTE_ORDER_MARK = '\uFEFF';
    private static final char NOT_DECODED = '\uFFFD';
    private static final int MAX_FIRST_LINE = 4096;
    private static final Pattern IN_QUOTES = Pattern.compile("\".*\"", Pattern.DOTALL);

    @Override
    public boolean read(Consumer<SourceRow> rows) {
        try {
            var before = stateOf(file);
            var encoding = encoding();
            try (var reader = open(encoding)) {
                read(reader, encoding, rows);
            }
            return before.equals(stateOf(file));
        } catch (IOException e) {
            throw CommandException.failed(
                    "cannot read " + file + "; check that it is there and that you may read it", e);
        }
    }

    private BufferedReader open(Charset encoding) throws IOException {
        var decoder = encoding.newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        var reader = new BufferedReader(new InputStreamReader(Files.newInputStream(file), decoder));
        reader.mark(1);
        if (reader.read() != BYTE_ORDER_MARK) {
            reader.reset();
        }
        return reader;
    }

    private void read(BufferedReader reader, Charset encoding, Consumer<SourceRow> rows) throws IOException {
        var names = firstLine(reader);
        if (names.isEmpty()) {
            throw CommandException.failed(
                    file + " is empty, or its first line is; name the file that the SDK's FileStore wrote");
        }
        if (names.chars().anyMatch(c -> c == NOT_DECODED || (c < ' ' && c != '\t' && c != '\r'))) {
            throw CommandException.failed(file + " is not text in " + encoding
                    + "; name its encoding with --charset, or name the file that the SDK's FileStore wrote");
        }
        var separator = separatorOf(names);
        var writtenAs = dialect.isPresent() ? dialect.get() : detected(names, separator, encoding);
        var records = new CsvRecords(reader, writtenAs, separator);
        var columns = Columns.named(
                records.next().orElseThrow().values(),
                file.toString(),
                "its first line was read as " + encoding + ", separated by commas, semicolons or tabs, and "
                        + (writtenAs == Dialect.QUOTED ? "quoted" : "plain")
                        + ": name its encoding with --charset and its quoting with --dialect, or name the file"
                        + " that the SDK's FileStore wrote");
        var mayBeQuoted = dialect.isEmpty() && writtenAs == Dialect.PLAIN;
        for (var record = records.next(); record.isPresent(); record = records.next()) {
            if (!record.get().isBlank()) {
                rows.accept(row(record.get(), columns, encoding, mayBeQuoted));
            }
        }
    }

    /// The line with the names, to which the reader is set back.
    private static String firstLine(BufferedReader reader) throws IOException {
        reader.mark(MAX_FIRST_LINE);
        var line = new StringBuilder();
        for (var c = reader.read(); c >= 0 && c != '\n' && line.length() < MAX_FIRST_LINE - 1; c = reader.read()) {
            line.append((char) c);
        }
        reader.reset();
        return line.toString();
    }

    /// What stands between names that are those of a store; a name has none of these characters.
    private static char separatorOf(String firstLine) {
        for (var separator : new char[] {';', '\t'}) {
            var names = firstLine.replace("\"", "").split(Character.toString(separator), -1);
            if (Columns.haveTokens(List.of(names))) {
                return separator;
            }
        }
        return ',';
    }

    private SourceRow row(CsvRecords.CsvRecord record, Columns columns, Charset encoding, boolean mayBeQuoted) {
        var location = "line " + record.line();
        if (record.problem().isPresent()) {
            return new SourceRow.Broken(location, record.problem().get());
        }
        if (record.values().size() != columns.count()) {
            return new SourceRow.Broken(
                    location,
                    "it has " + record.values().size() + " values instead of " + columns.count()
                            + ": a comma or line break in a value tore it, or it was edited"
                            + (mayBeQuoted ? "; if values are quoted, use --dialect quoted" : ""));
        }
        if (record.values().stream().anyMatch(value -> value.indexOf(NOT_DECODED) >= 0)) {
            return new SourceRow.Broken(
                    location, "it is not text in " + encoding + "; name the file's encoding with --charset");
        }
        if (mayBeQuoted && record.values().stream().anyMatch(IN_QUOTES.asMatchPredicate())) {
            return new SourceRow.Broken(
                    location,
                    "a value in it is in quotes; say with --dialect plain that they belong to the value, with --dialect"
                            + " quoted that they do not");
        }
        return columns.row(location, record.values());
    }

    /// The first characters of a file are names, so a zero byte among its first two means UTF-16.
    private Charset encoding() throws IOException {
        if (!charset.equals(StandardCharsets.UTF_8) && !charset.equals(StandardCharsets.UTF_16)) {
            return charset;
        }
        try (var in = Files.newInputStream(file)) {
            var start = in.readNBytes(2);
            if (start.length < 2) {
                return charset;
            }
            var bigEndian = (start[0] == (byte) 0xFE && start[1] == (byte) 0xFF) || (start[0] == 0 && start[1] != 0);
            var littleEndian = (start[0] == (byte) 0xFF && start[1] == (byte) 0xFE) || (start[0] != 0 && start[1] == 0);
            return bigEndian ? StandardCharsets.UTF_16BE : littleEndian ? StandardCharsets.UTF_16LE : charset;
        }
    }

    private Dialect detected(String names, char separator, Charset encoding) throws IOException {
        if (separator != ',' || names.startsWith("\"") || names.endsWith("\r")) {
            return Dialect.QUOTED;
        }
        var lineEnd = "\n".getBytes(encoding);
        try (var bytes = new RandomAccessFile(file.toFile(), "r")) {
            var end = new byte[(int) Math.min(lineEnd.length, bytes.length())];
            bytes.seek(bytes.length() - end.length);
            bytes.readFully(end);
            return Arrays.equals(end, lineEnd) ? Dialect.QUOTED : Dialect.PLAIN;
        }
    }

    private static State stateOf(Path file) throws IOException {
        var attributes = Files.readAttributes(file, BasicFileAttributes.class);
        return new State(
                attributes.size(), attributes.lastModifiedTime().toMillis(), String.valueOf(attributes.fileKey()));
    }

    /// Changes when an SDK saves a token, because it writes the whole file anew.
    private record State(long size, long modified, String key) {}
}
