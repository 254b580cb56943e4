package dev.tokenstore.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// A text file that travels inside this module's jar, beside its classes.
final class ShippedResource {
    private ShippedResource() {}

    static String text(String name) {
        try (var content = ShippedResource.class.getResourceAsStream(name)) {
            if (content == null) {
                throw new IllegalStateException("the jar lacks " + name);
            }
            return new String(content.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
