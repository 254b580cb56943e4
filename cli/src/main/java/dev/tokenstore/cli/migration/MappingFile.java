package dev.tokenstore.cli.migration;

import dev.tokenstore.cli.output.CommandException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/// A new CSV file of the ids that changed, which only its owner may read: ids may name people.
final class MappingFile implements AutoCloseable {
    private final Writer writer;

    private MappingFile(Writer writer) {
        this.writer = writer;
    }

    /// Writes nothing.
    static MappingFile none() {
        return new MappingFile(Writer.nullWriter());
    }

    /// Creates the file.
    ///
    /// @throws CommandException if it is there already, or cannot be written
    static MappingFile create(Path file) {
        try {
            if (file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
                Files.createFile(
                        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            } else {
                Files.createFile(file);
            }
            var writer = Files.newBufferedWriter(file, StandardCharsets.UTF_8, StandardOpenOption.WRITE);
            writer.write("place,old_id,new_id\n");
            return new MappingFile(writer);
        } catch (FileAlreadyExistsException e) {
            throw CommandException.usage(file + " is there already; give --mapping the name of a new file");
        } catch (IOException e) {
            throw CommandException.usage(
                    "cannot write " + file + "; give --mapping a file in a folder that you may write");
        }
    }

    void add(String location, RowOutcome.Mapping mapping) {
        try {
            writer.write(quoted(location) + "," + quoted(mapping.oldId()) + "," + quoted(mapping.newId()) + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String quoted(String value) {
        return value.chars().anyMatch(character -> ",\"\r\n".indexOf(character) >= 0)
                ? '"' + value.replace("\"", "\"\"") + '"'
                : value;
    }

    @Override
    public void close() {
        try {
            writer.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
