package dev.tokenstore.testing.process;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A program that is run to its end, or ended when that takes too long.
///
/// @param folder where it runs
/// @param environment what its environment has besides this process's
/// @param log gets all that it prints
public record BoundedCommand(List<String> command, Path folder, Map<String, String> environment, Path log) {
    public BoundedCommand(List<String> command, Path log) {
        this(command, Path.of("."), Map.of(), log);
    }

    /// Returns the exit code.
    ///
    /// @throws IOException if it cannot be run, or does not end in time
    public int run(Duration limit) throws IOException {
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        var process = builder.start();
        try {
            if (process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                return process.exitValue();
            }
            throw new IOException(command.getFirst() + " did not end within " + limit.toSeconds() + " seconds");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for " + command.getFirst(), e);
        } finally {
            process.destroyForcibly();
        }
    }

    /// Runs it and expects that it succeeds.
    ///
    /// @throws IOException with the end of the log, if it cannot be run, fails or does not end in time
    public void runSuccessfully(Duration limit) throws IOException {
        var code = run(limit);
        if (code != 0) {
            throw new IOException(command.getFirst() + " ended with exit code " + code + ":\n" + LogTail.of(log, 15));
        }
    }
}
