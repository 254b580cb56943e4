package dev.tokenstore.testing;

import java.nio.file.Files;
import java.nio.file.Path;

/// The files of the repository that a program runs in, whichever of its folders that is.
public final class Project {
    private Project() {}

    /// @param path from the repository's root
    /// @throws IllegalStateException if this runs elsewhere; the message says what to do
    public static Path file(String path) {
        return root().resolve(path);
    }

    private static Path root() {
        var here = Path.of("").toAbsolutePath();
        for (var folder = here; folder != null; folder = folder.getParent()) {
            if (Files.isDirectory(folder.resolve("deploy/crds"))) {
                return folder;
            }
        }
        throw new IllegalStateException(here + " is not in the repository: start this in one of its folders");
    }
}
