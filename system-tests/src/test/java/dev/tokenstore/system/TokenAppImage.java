package dev.tokenstore.system;

import dev.tokenstore.testing.node.ImageArchive;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The image of [TokenApp] and [TokenWebApp]: their classes and libraries on the Java runtime of the shipped images.
final class TokenAppImage {
    static final String NAME = "tokenstore.dev/testing/token-app:local";

    private static final Pattern LIBRARIES =
            Pattern.compile("(proto-|protobuf-|grpc-|netty-|guava-|failureaccess-|perfmark-).*\\.jar");

    private TokenAppImage() {}

    /// Builds the archive.
    static Path archive() {
        try {
            var folder = Files.createDirectories(Path.of("target/token-app"));
            var image = ImageArchive.named(NAME)
                    .with(ShippedImages.BASE, "/")
                    .with(ShippedImages.RUNTIME, "/")
                    .with(Path.of("target/test-classes"), "/app/classes")
                    .user("65532:65532")
                    .entrypoint(command(TokenApp.class).toArray(String[]::new));
            for (var library : libraries().toList()) {
                image = image.with(library, "/app/lib/" + library.getFileName());
            }
            var archive = folder.resolve("token-app.tar");
            image.writeTo(archive);
            return archive;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What runs another program of the image.
    static List<String> command(Class<?> program) {
        return List.of(
                "/opt/java/bin/java",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                "/app/classes:/app/lib/*",
                program.getName());
    }

    private static Stream<Path> libraries() {
        return Stream.of(System.getProperty("java.class.path").split(":"))
                .map(Path::of)
                .filter(file -> LIBRARIES.matcher(file.getFileName().toString()).matches());
    }
}
