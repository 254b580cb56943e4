package dev.tokenstore.testing.process;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// A program under test, as the process that a user would start. Its output goes to a file. It ends with this process,
/// in whatever way this one ends. Thread-safe.
public final class ProgramProcess implements AutoCloseable {
    private static final Duration TIME_TO_STOP = Duration.ofSeconds(25);
    private static final int TAIL = 15;

    /// Becomes the program, and leaves someone behind who ends it when the standard input ends.
    private static final String UNTIL_INPUT_ENDS = """
            exec 3<&0
            (cat <&3 >/dev/null 2>&1; kill $$ 2>/dev/null) &
            exec "$@" </dev/null 3<&-
            """;

    private final String name;
    private final Process process;
    private final Path log;

    private ProgramProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /// Starts `java -jar` with this process's own Java.
    ///
    /// @param log where its output and errors are appended
    /// @throws ProgramException if it cannot be started; the message says what to do
    public static ProgramProcess start(Program program, Path log) {
        return start(
                program, log, new ProcessBuilder().redirectErrorStream(true).redirectOutput(appendedTo(log)));
    }

    /// The same for a program whose standard output is not its log.
    ///
    /// @param log where its errors are appended
    public static ProgramProcess start(Program program, Path output, Path log) {
        return start(
                program,
                log,
                new ProcessBuilder().redirectOutput(appendedTo(output)).redirectError(appendedTo(log)));
    }

    private static Redirect appendedTo(Path file) {
        return Redirect.appendTo(file.toFile());
    }

    private static ProgramProcess start(Program program, Path log, ProcessBuilder builder) {
        if (!Files.isRegularFile(program.jar())) {
            throw new ProgramException(program.jar() + " is missing; build it with: mvn -DskipTests package");
        }
        var command = new ArrayList<>(List.of("sh", "-c", UNTIL_INPUT_ENDS, "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(program.javaOptions());
        command.addAll(List.of("-jar", program.jar().toString()));
        command.addAll(program.arguments());
        builder.command(command);
        builder.environment().keySet().removeIf(variable -> variable.startsWith("TOKENSTORE_"));
        builder.environment().putAll(program.environment());
        try {
            return new ProgramProcess(program.name(), builder.start(), log);
        } catch (IOException e) {
            throw new ProgramException("the " + program.name() + " cannot be started: " + e.getMessage(), e);
        }
    }

    /// Of the program itself.
    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /// @throws ProgramException with the end of its log, if it has ended
    public void requireAlive() {
        if (!process.isAlive()) {
            throw new ProgramException("the " + name + " ended with exit code " + process.exitValue()
                    + "; its log ends:\n" + LogTail.of(log, TAIL));
        }
    }

    /// Everything that was said so far.
    public String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new ProgramException(log + " cannot be read: " + e.getMessage(), e);
        }
    }

    /// Whether anything that was said so far holds `text`.
    public boolean hasLogged(String text) {
        return log().contains(text);
    }

    /// Asks it to end, as the kubelet does.
    public void terminate() {
        process.destroy();
    }

    /// Ends it as `kill -9` does; returns when it is gone.
    public void kill() {
        process.destroyForcibly();
        exitCode();
    }

    /// Waits for its end.
    ///
    /// @throws ProgramException if it does not end in time
    public int exitCode() {
        try {
            if (process.waitFor(TIME_TO_STOP.toSeconds(), TimeUnit.SECONDS)) {
                return process.exitValue();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProgramException("interrupted while waiting for the end of the " + name, e);
        }
        throw new ProgramException("the " + name + " did not end within " + TIME_TO_STOP.toSeconds()
                + " s; its log ends:\n" + LogTail.of(log, TAIL));
    }

    /// Asks it to end, and kills it if it does not.
    @Override
    public void close() {
        process.destroy();
        try {
            if (process.waitFor(TIME_TO_STOP.toSeconds(), TimeUnit.SECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }
}
