package dev.tokenstore.cli.migration.source;

import dev.tokenstore.cli.output.CommandException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.RandomAccessFile;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;
import java.util.function.Consumer;

/// The file of an SDK's `FileStore`.
///
/// @param dialect empty to detect it: only Node and TypeScript write no line end after the last row
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

    @Override
    public boolean read(Consumer<SourceRow> rows) {
        try {
            var before = stateOf(file);
            try (var reader = open()) {
                read(new CsvRecords(reader, dialect.isPresent() ? dialect.get() : dialectOf(file)), rows);
            }
            return before.equals(stateOf(file));
        } catch (IOException e) {
            throw CommandException.failed(
                    "cannot read " + file + "; check that it is there and that you may read it", e);
        }
    }

    private BufferedReader open() throws IOException {
        var decoder = charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPLACE)
                .onUnmappableCharacter(CodingErrorAction.REPLACE);
        var reader = new BufferedReader(new InputStreamReader(Files.newInputStream(file), decoder));
        reader.mark(1);
        if (reader.read() != BYTE_ORDER_MARK) {
            reader.reset();
        }
        return reader;
    }

    private void read(CsvRecords records, Consumer<SourceRow> rows) throws IOException {
        var header = records.next()
                .orElseThrow(() ->
                        CommandException.failed(file + " is empty; name the file that the SDK's FileStore wrote"));
        var columns = Columns.named(header.values(), file.toString());
        for (var record = records.next(); record.isPresent(); record = records.next()) {
            if (!record.get().isBlank()) {
                rows.accept(row(record.get(), columns));
            }
        }
    }

    private SourceRow row(CsvRecords.CsvRecord record, Columns columns) {
        var location = "line " + record.line();
        if (record.problem().isPresent()) {
            return new SourceRow.Broken(location, record.problem().get());
        }
        if (record.values().size() != columns.count()) {
            return new SourceRow.Broken(
                    location,
                    "it has " + record.values().size() + " values instead of " + columns.count()
                            + ": a comma or line break in a value tore it, or it was edited");
        }
        if (record.values().stream().anyMatch(value -> value.indexOf(NOT_DECODED) >= 0)) {
            return new SourceRow.Broken(
                    location, "it is not text in " + charset + "; name the file's encoding with --charset");
        }
        return columns.row(location, record.values());
    }

    private static Dialect dialectOf(Path file) throws IOException {
        try (var bytes = new RandomAccessFile(file.toFile(), "r")) {
            if (bytes.length() == 0) {
                return Dialect.QUOTED;
            }
            bytes.seek(bytes.length() - 1);
            return bytes.read() == '\n' ? Dialect.QUOTED : Dialect.PLAIN;
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
