package dev.tokenstore.cli.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// `tokenstore import` as it is shipped, as a process of its own.
final class ImportProcess {
    private static final long PATIENCE_SECONDS = 240;

    private final Process process;
    private final Path out;
    private final Path err;

    private ImportProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    /// @param folder where its output goes, to files of a new name each time
    static ImportProcess start(Path folder, Map<String, String> environment, List<String> arguments) {
        var command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                "target/tokenstore.jar",
                "import"));
        command.addAll(arguments);
        try {
            var out = Files.createTempFile(folder, "out", ".txt");
            var err = Files.createTempFile(folder, "err", ".txt");
            var builder =
                    new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().keySet().removeIf(name -> name.startsWith("TOKENSTORE_"));
            builder.environment().putAll(environment);
            return new ImportProcess(builder.start(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /// Waits for its end.
    Result result() {
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .as("the import ends")
                    .isTrue();
            return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// How it ended.
    record Result(int exitCode, String out, String err) {
        Result done() {
            assertThat(err).isEmpty();
            assertThat(exitCode).isZero();
            return this;
        }
    }
}
