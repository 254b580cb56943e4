package dev.tokenstore.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What the tests of all modules wrote, logs of the programs they started included, holds none of the secrets they
/// used: every secret-looking value in a test contains one marker. This module is the last of the build.
class NoSecretInAnyOutputIT {
    private static final String MARKER = "fixture" + "-secret";

    @Test
    void noReportOrLogOfAnyModuleHoldsATestsSecret() throws IOException {
        var outputs = outputs();

        assertThat(outputs)
                .as("what there is to search: are the modules' tests run before this one?")
                .anyMatch(file -> file.startsWith("../store/target"))
                .anyMatch(file -> file.startsWith("../sidecar/target"))
                .anyMatch(file -> file.startsWith("../operator/target"))
                .anyMatch(file -> file.startsWith("../clients/testbed/target"));
        assertThat(outputs.stream().filter(NoSecretInAnyOutputIT::holdsASecret)).isEmpty();
    }

    private static List<Path> outputs() throws IOException {
        return Stream.of(Path.of(".."), Path.of("../clients"))
                .flatMap(NoSecretInAnyOutputIT::foldersIn)
                .map(module -> module.resolve("target"))
                .filter(Files::isDirectory)
                .flatMap(NoSecretInAnyOutputIT::outputsIn)
                .toList();
    }

    private static Stream<Path> foldersIn(Path folder) {
        try (var folders = Files.list(folder)) {
            return folders.toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Stream<Path> outputsIn(Path target) {
        return Stream.of("surefire-reports", "failsafe-reports", "logs")
                .map(target::resolve)
                .filter(Files::isDirectory)
                .flatMap(folder -> {
                    try (var files = Files.walk(folder)) {
                        return files.filter(Files::isRegularFile).toList().stream();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                });
    }

    private static boolean holdsASecret(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).contains(MARKER);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
