package dev.tokenstore.charts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// A file that is made from the chart and kept beside it, so that people can read it, and see in a review what changes.
final class MadeFile {
    static final String COMMAND = "mvn -pl charts -Pupdate-charts test";

    private MadeFile() {}

    /// Holds the file against what it should be; under the profile of that command, writes it first.
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
