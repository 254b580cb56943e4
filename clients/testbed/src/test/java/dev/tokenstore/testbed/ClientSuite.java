package dev.tokenstore.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/// The programs of a client in another language, its tests first of all, run as its developers run them. All output
/// goes to a file among this module's logs, the lines that count the tests to Maven's output too.
final class ClientSuite {
    private static final Path LOGS = Path.of("target/logs");
    private static final Duration PATIENCE = Duration.ofMinutes(15);
    private static final int TAIL = 60;
    private static final String LOOPBACK = "127.0.0.1,localhost";

    private static final Redirect NOTHING = Redirect.from(new File("/dev/null"));

    private final String name;
    private final Path folder;
    private final Map<String, String> environment;
    private final Path log;

    /// @param name of the client, for people and for the log
    /// @param folder in which it lives
    /// @param environment for its programs, in addition to this process's
    ClientSuite(String name, Path folder, Map<String, String> environment) {
        this.name = name;
        this.folder = folder;
        this.environment = environment;
        this.log = LOGS.resolve(name.replace(' ', '-') + ".log");
        try {
            Files.createDirectories(LOGS);
            Files.deleteIfExists(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Skips the test that asks where something is missing that a machine need not have; in CI that is a failure.
    ///
    /// @param suite that needs it, for people
    /// @param sentence what to install
    /// @param command ends with exit code 0 where it is there
    static void require(String suite, String sentence, String... command) {
        if (succeeds(command)) {
            return;
        }
        var message = "skipped: " + sentence;
        assertThat(System.getenv("CI")).as(message).isNotEqualToIgnoringCase("true");
        tell(suite, message);
        assumeTrue(false, message);
    }

    private static boolean succeeds(String... command) {
        try {
            var process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectInput(NOTHING)
                    .redirectOutput(Redirect.DISCARD)
                    .start();
            return process.waitFor() == 0;
        } catch (IOException e) {
            return false; // there is no such program
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Runs a step that must succeed.
    void run(String... command) {
        assertThat(exitCode(command))
                .as("%s; the whole output is in %s, which ends:%n%s", String.join(" ", command), log, tail())
                .isZero();
    }

    /// Runs tests, which must succeed, and prints their counts.
    ///
    /// @param counts matches the lines with the counts
    /// @param passed finds in them how many passed: at least one must have
    void runTests(Pattern counts, Pattern passed, String... command) {
        var before = Files.exists(log) ? output().size() : 0;
        var exitCode = exitCode(command);
        var closing = output().stream()
                .skip(before)
                .filter(line -> counts.matcher(line).find())
                .toList();
        closing.forEach(this::tell);
        assertThat(exitCode)
                .as("%s; the whole output is in %s, which ends:%n%s", String.join(" ", command), log, tail())
                .isZero();
        var number = passed.matcher(String.join("\n", closing));
        assertThat(number.find()).as("a count of passed tests in " + log).isTrue();
        assertThat(Integer.parseInt(number.group(1))).as("passed tests").isPositive();
    }

    private int exitCode(String... command) {
        var builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(NOTHING)
                .redirectOutput(Redirect.appendTo(log.toFile()));
        builder.environment().keySet().removeIf(variable -> variable.startsWith("TOKENSTORE_"));
        builder.environment().putAll(environment);
        // what a proxy of this machine is for, loopback is not
        builder.environment().merge("NO_PROXY", LOOPBACK, (given, ours) -> given + "," + ours);
        builder.environment().merge("no_proxy", LOOPBACK, (given, ours) -> given + "," + ours);
        try {
            var process = builder.start();
            try {
                if (process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    return process.exitValue();
                }
                throw new AssertionError(
                        String.join(" ", command) + " does not end; the whole output is in " + log + "\n" + tail());
            } finally {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return -1; // there is no such program
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private String tail() {
        var lines = output();
        return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL), lines.size()));
    }

    private List<String> output() {
        try {
            return new String(Files.readAllBytes(log), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Prints to the build's log, which the output of tests does not reach.
    private void tell(String line) {
        tell(name, line);
    }

    private static void tell(String name, String line) {
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8)
                .println(name + ": " + line);
    }
}
