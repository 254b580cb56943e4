package dev.tokenstore.testing;

import java.util.Locale;
import java.util.UUID;

/// Names of namespaces that tell which test class they belong to.
final class TestNamespace {
    private static final int READABLE_LENGTH = 40;

    private TestNamespace() {}

    static String newName(String className) {
        var words = className.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
        var readable = words.replaceAll("[^a-z0-9]+", "-").replaceAll("^[^a-z]+", "");
        var cut = readable.substring(0, Math.min(READABLE_LENGTH, readable.length()));
        var random = UUID.randomUUID().toString().substring(0, 8);
        return (cut.isEmpty() ? "test" : cut.replaceAll("-$", "")) + "-" + random;
    }
}
