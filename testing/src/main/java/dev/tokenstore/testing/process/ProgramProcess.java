package dev.tokenstore.testing.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// A program under test, as the process that a user would start. It ends with this process, in whatever way this one
/// ends. Thread-safe.
public class ProgramProcess implements AutoCloseable {
    private static final Duration TIME_TO_STOP = Duration.ofSeconds(25);
    private static final Duration TIME_TO_LOG = Duration.ofMinutes(2);
    private static final int TAIL = 15;

    /// Becomes the program, and leaves a process behind that ends it when the standard input ends.
    private static final String UNTIL_INPUT_ENDS = """
            exec 3<&0
            (cat <&3 >/dev/null 2>&1; kill $$ 2>/dev/null) &
            exec "$@" </dev/null 3<&-
            """;

    private final Program program;
    private final Path folder;
    private volatile Run run;

    private record Run(Process process, Path out, Path err) {}

    /// Starts `java -jar` with this process's own Java.
    ///
    /// @param folder where its output and its errors go, each to a file of a new name; made if need be
    /// @throws ProgramException if it cannot be started; the message says what to do
    protected ProgramProcess(Program program, Path folder) {
        this.program = program;
        this.folder = folder;
        this.run = run();
    }

    /// Starts `java -jar` with this process's own Java.
    ///
    /// @param folder where its output and its errors go, each to a file of a new name; made if need be
    /// @throws ProgramException if it cannot be started; the message says what to do
    public static ProgramProcess start(Program program, Path folder) {
        return new ProgramProcess(program, folder);
    }

    private Run run() {
        if (!Files.isRegularFile(program.jar())) {
            throw new ProgramException(program.jar() + " is missing; build it with: mvn -DskipTests package");
        }
        var command = new ArrayList<>(List.of("sh", "-c", UNTIL_INPUT_ENDS, "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(program.javaOptions());
        command.addAll(List.of("-jar", program.jar().toString()));
        command.addAll(program.arguments());
        try {
            Files.createDirectories(folder);
            var out = Files.createTempFile(folder, program.name() + "-", ".out.log");
            var err = Files.createTempFile(folder, program.name() + "-", ".err.log");
            var builder =
                    new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
            builder.environment().keySet().removeIf(variable -> variable.startsWith("TOKENSTORE_"));
            builder.environment().putAll(program.environment());
            return new Run(builder.start(), out, err);
        } catch (IOException e) {
            throw new ProgramException("the " + program.name() + " cannot be started: " + e.getMessage(), e);
        }
    }

    /// Starts it once more after its end, with new files for its output.
    public void startAgain() {
        run = run();
    }

    /// The id of the program itself.
    public long pid() {
        return run.process().pid();
    }

    public boolean isAlive() {
        return run.process().isAlive();
    }

    /// @throws ProgramException with the end of its log, if it has ended
    public void requireAlive() {
        if (!isAlive()) {
            throw failed("ended with exit code " + run.process().exitValue());
        }
    }

    /// Waits for something that the program brings about.
    ///
    /// @param what in the present tense, such as "is ready"
    /// @throws ProgramException with the end of its log, if the program ends before, or the limit is over
    public void await(String what, Duration limit, BooleanSupplier condition) {
        var reached = Polling.until(limit, () -> {
            if (condition.getAsBoolean()) {
                return true;
            }
            requireAlive();
            return false;
        });
        if (!reached) {
            throw failed("is alive, but after " + limit.toSeconds() + " s it is not true that it " + what);
        }
    }

    /// Waits until [#log()] holds `text`.
    public void awaitLogged(String text) {
        await("has logged \"" + text + "\"", TIME_TO_LOG, () -> hasLogged(text));
    }

    /// Its standard output so far.
    public String out() {
        return text(run.out());
    }

    /// Its errors so far.
    public String err() {
        return text(run.err());
    }

    /// All its output so far: [#out()] and [#err()].
    public String log() {
        return out() + err();
    }

    public boolean hasLogged(String text) {
        return log().contains(text);
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private ProgramException failed(String how) {
        return new ProgramException("the " + program.name() + " " + how + "; its log ends:\n"
                + LogTail.of(run.out(), TAIL) + "\n" + LogTail.of(run.err(), TAIL));
    }

    /// Asks it to end, as the kubelet does.
    public void terminate() {
        run.process().destroy();
    }

    /// Ends it as `kill -9` does; returns when it is gone.
    public void kill() {
        run.process().destroyForcibly();
        exitCode();
    }

    /// Waits for its end.
    ///
    /// @throws ProgramException if it does not end in time
    public int exitCode() {
        return exitCode(TIME_TO_STOP);
    }

    /// Waits for its end.
    ///
    /// @throws ProgramException if it does not end within the limit
    public int exitCode(Duration limit) {
        if (hasEndedWithin(limit)) {
            return run.process().exitValue();
        }
        throw failed("did not end within " + limit.toSeconds() + " s");
    }

    /// Waits for its end, and returns false if that does not come within the limit.
    public boolean hasEndedWithin(Duration limit) {
        try {
            return run.process().waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProgramException("interrupted while waiting for the end of the " + program.name(), e);
        }
    }

    /// Ends it as [#kill()] does.
    @Override
    public void close() {
        kill();
    }
}
