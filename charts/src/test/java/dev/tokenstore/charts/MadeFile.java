package dev.tokenstore.charts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A generated file under version control, so that a review shows how it changes.
final class MadeFile {
    static final String COMMAND = "mvn -pl charts -Pupdate-charts test";

    private MadeFile() {}

    /// Asserts the content of the file; the profile of [#COMMAND] writes the file first.
    static void assertUpToDate(Path file, String content) {
        if (Boolean.getBoolean("update.charts")) {
            try {
                Files.createDirectories(file.getParent());
                Files.writeString(file, content);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        assertThat(file).as("made by: %s", COMMAND).exists();
        assertThat(Chart.read(file)).as("%s is made by: %s", file, COMMAND).isEqualTo(content);
    }
}
