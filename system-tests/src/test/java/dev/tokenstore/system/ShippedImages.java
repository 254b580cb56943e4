package dev.tokenstore.system;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What the build's profile `images` makes: the archives of both programs, and what they run on.
final class ShippedImages {
    static final Path OPERATOR = Path.of("../operator/target/operator-image.tar");
    static final Path SIDECAR = Path.of("../sidecar/target/sidecar-image.tar");

    /// The root file system without Java, and the part of it that is Java.
    static final Path BASE = Path.of("../images/target/base");
    static final Path RUNTIME = Path.of("../images/target/runtime");

    private ShippedImages() {}

    static List<Path> archives() {
        return List.of(OPERATOR, SIDECAR);
    }

    /// What keeps them from being used; empty if nothing does.
    static Optional<String> obstacle() {
        return Stream.of(OPERATOR, SIDECAR, BASE, RUNTIME).allMatch(Files::exists)
                ? Optional.empty()
                : Optional.of("The images are not built: add -Pimages to the Maven command, or run"
                        + " `mvn -Pimages -pl operator,sidecar -am -DskipTests package` before.");
    }
}
