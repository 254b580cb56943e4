package dev.tokenstore.testing.node;

import dev.tokenstore.testing.process.BoundedCommand;
import dev.tokenstore.testing.server.KubernetesUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// A small Go program for an image of its own: statically linked, from a folder with its `go.mod`.
public final class GoProgram {
    private static final Duration LIMIT = Duration.ofMinutes(5);

    private GoProgram() {}

    /// Builds it with the machine's Go; takes a second, and a minute the first time.
    ///
    /// @throws KubernetesUnavailableException if it cannot be built; the message says why
    public static void build(Path source, Path binary) {
        var log = binary.resolveSibling(binary.getFileName() + ".build.txt");
        var command = List.of(
                "go",
                "build",
                "-trimpath",
                "-ldflags",
                "-s -w",
                "-o",
                binary.toAbsolutePath().toString(),
                ".");
        try {
            Files.createDirectories(
                    Objects.requireNonNull(binary.toAbsolutePath().getParent()));
            new BoundedCommand(command, source, Map.of("CGO_ENABLED", "0", "GOWORK", "off"), log)
                    .runSuccessfully(LIMIT);
        } catch (IOException e) {
            throw new KubernetesUnavailableException(
                    "The Go program in " + source.toAbsolutePath() + " cannot be built; install Go 1.26 or later: " + e,
                    e);
        }
    }
}
