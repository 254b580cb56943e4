package dev.tokenstore.demo;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// The operator or a sidecar, as the process that a user would start. Its log goes to a file. It ends with this
/// process, in whatever way this one ends.
final class ProgramProcess implements AutoCloseable {
    private static final Duration TIME_TO_STOP = Duration.ofSeconds(15);
    private static final int TAIL = 15;

    /// Runs a program until it ends, or until the standard input does.
    private static final String UNTIL_INPUT_ENDS = """
            exec 3<&0
            "$@" </dev/null 3<&- &
            program=$!
            (cat <&3 >/dev/null; kill "$program" 2>/dev/null) &
            wait "$program"
            """;

    private final String name;
    private final Process process;
    private final Path log;

    private ProgramProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /// Starts `java -jar` with this program's own Java.
    static ProgramProcess start(
            String name, Path jar, List<String> arguments, Map<String, String> environment, Path folder) {
        if (!Files.isRegularFile(jar)) {
            throw new StepFailedException(jar + " is missing; build it with: mvn -DskipTests package");
        }
        var command = new ArrayList<>(List.of("sh", "-c", UNTIL_INPUT_ENDS, "sh"));
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.add("-Xmx128m");
        command.add("-XX:+UseSerialGC");
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-jar");
        command.add(jar.toString());
        command.addAll(arguments);
        var log = folder.resolve(name + ".log");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().putAll(environment);
        try {
            return new ProgramProcess(name, builder.start(), log);
        } catch (IOException e) {
            throw new StepFailedException("the " + name + " cannot be started: " + e.getMessage(), e);
        }
    }

    /// @throws StepFailedException with the end of its log, if it has ended
    void requireAlive() {
        if (!process.isAlive()) {
            throw new StepFailedException(
                    "the " + name + " ended with exit code " + process.exitValue() + "; its log ends:\n" + tail());
        }
    }

    /// Whether anything that was said so far holds `text`.
    boolean hasLogged(String text) {
        try {
            return Files.readString(log).contains(text);
        } catch (IOException e) {
            throw new StepFailedException(log + " cannot be read: " + e.getMessage(), e);
        }
    }

    private String tail() {
        try {
            var lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL), lines.size()));
        } catch (IOException e) {
            return "(" + log + " cannot be read)";
        }
    }

    @Override
    public void close() {
        try {
            process.getOutputStream().close();
            if (process.waitFor(TIME_TO_STOP.toSeconds(), TimeUnit.SECONDS)) {
                return;
            }
        } catch (IOException e) {
            // it had ended by itself
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
    }
}
