package dev.tokenstore.store.token;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.random.RandomGenerator;

/// Hashes and random text in base32 (lower case, RFC 4648 alphabet, no padding): fit for label values and names.
public final class Hashes {
    /// The length of a [#hash].
    public static final int LENGTH = 32;

    private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";

    private Hashes() {}

    /// Returns 160 bits of SHA-256 over the parts, each preceded by its length.
    ///
    /// @param parts what is hashed; the first names the kind of the others, so that equal values of two fields
    /// differ
    public static String hash(String... parts) {
        var digest = sha256();
        for (var part : parts) {
            var bytes = part.getBytes(StandardCharsets.UTF_8);
            digest.update(Integer.toString(bytes.length).getBytes(StandardCharsets.US_ASCII));
            digest.update((byte) ':');
            digest.update(bytes);
        }
        return base32(digest.digest(), LENGTH);
    }

    /// Returns random text.
    public static String random(RandomGenerator random, int characters) {
        var bytes = new byte[characters];
        random.nextBytes(bytes);
        return base32(bytes, characters);
    }

    /// Returns the first characters of `bytes`, of 5 bits each.
    private static String base32(byte[] bytes, int characters) {
        var text = new StringBuilder(characters);
        for (int i = 0; i < characters; i++) {
            int bit = i * 5;
            int window = (bytes[bit / 8] & 0xff) << 8 | (bit / 8 + 1 < bytes.length ? bytes[bit / 8 + 1] & 0xff : 0);
            text.append(BASE32.charAt(window >> (11 - bit % 8) & 31));
        }
        return text.toString();
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
