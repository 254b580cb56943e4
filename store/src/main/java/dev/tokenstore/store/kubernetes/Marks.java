package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.TokenSecretLayout;
import java.util.random.RandomGenerator;

/// Makes the marks by which a writer recognises a write of its own, and what makes the versions of a row its own.
final class Marks {
    private static final int CHARACTERS = 12;

    private final RandomGenerator random;

    Marks(RandomGenerator random) {
        this.random = random;
    }

    String next() {
        var bytes = new byte[CHARACTERS];
        random.nextBytes(bytes);
        return TokenSecretLayout.base32(bytes, CHARACTERS);
    }

    /// The first version of a new row.
    String firstVersion() {
        return next() + ".1";
    }
}
