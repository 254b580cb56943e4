package dev.tokenstore.testing.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// A text file inside this module's jar.
public final class ShippedResource {
    private ShippedResource() {}

    /// Returns the content of a file.
    ///
    /// @param neighbour a class of the package whose folder holds the file
    public static String text(Class<?> neighbour, String name) {
        try (var content = neighbour.getResourceAsStream(name)) {
            if (content == null) {
                throw new IllegalStateException("the jar lacks " + name);
            }
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
