package dev.tokenstore.system;

import dev.tokenstore.testing.node.GoProgram;
import dev.tokenstore.testing.node.ImageArchive;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/// The image of `src/test/go/probe`, whose commands are what the pods of the system tests do.
final class Probe {
    static final String IMAGE = "tokenstore.dev/testing/probe:local";

    private Probe() {}

    /// Builds the archive.
    static Path image() {
        var folder = Path.of("target/probe");
        var program = folder.resolve("probe");
        GoProgram.build(Path.of("src/test/go/probe"), program);
        try {
            var archive = folder.resolve("probe.tar");
            ImageArchive.named(IMAGE)
                    .with(program, "/probe")
                    .entrypoint("/probe")
                    .user("65532:65532")
                    .writeTo(archive);
            return archive;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
