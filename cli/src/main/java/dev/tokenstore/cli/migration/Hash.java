package dev.tokenstore.cli.migration;

import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// The hash of a field's value, with which values of 100,000 tokens are compared without holding them.
record Hash(long high, long low) {
    static Hash of(TokenField field, SecretValue value) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            digest.update(field.key().getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            var bytes = ByteBuffer.wrap(digest.digest(value.reveal().getBytes(StandardCharsets.UTF_8)));
            return new Hash(bytes.getLong(), bytes.getLong());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    static Hash parse(SecretValue text) {
        return new Hash(
                HexFormat.fromHexDigitsToLong(text.reveal(), 0, 16),
                HexFormat.fromHexDigitsToLong(text.reveal(), 16, 32));
    }

    /// The hash in hexadecimal, as a value for the store's rules.
    String text() {
        return HexFormat.of().toHexDigits(high) + HexFormat.of().toHexDigits(low);
    }
}
