package dev.tokenstore.store;

import dev.tokenstore.store.token.Hashes;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.util.random.RandomGenerator;

/// The claim under which a caller refreshed a token, as the caller gives it back with its save.
///
/// The nonce ends with a hash of the refresh token that was stored when the claim was granted, so that any process can
/// tell whether that one is still stored.
///
/// @param nonce of the claim
/// @param version of the row that was refreshed
public record HeldClaim(String nonce, String version) {
    private static final int RANDOM_LENGTH = 16;
    private static final int HASH_LENGTH = 16;

    /// Returns a nonce for a claim on `row`.
    public static String newNonce(StoredToken row, RandomGenerator random) {
        return Hashes.random(random, RANDOM_LENGTH) + "-" + hashOfRefreshToken(row.fields());
    }

    private static String hashOfRefreshToken(TokenFields fields) {
        var refreshToken = fields.get(TokenField.REFRESH_TOKEN).map(SecretValue::reveal);
        return Hashes.hash("claim", refreshToken.orElse("")).substring(0, HASH_LENGTH);
    }

    /// Whether saving `given` into `row` would put a refresh token in the place of one that another caller has saved
    /// since the claim was granted.
    boolean isOvertaken(StoredToken row, TokenFields given) {
        var stored = row.fields().get(TokenField.REFRESH_TOKEN);
        var next = given.get(TokenField.REFRESH_TOKEN);
        return !row.version().equals(version)
                && stored.isPresent()
                && next.isPresent()
                && !next.equals(stored)
                && !nonce.endsWith("-" + hashOfRefreshToken(row.fields()));
    }
}
