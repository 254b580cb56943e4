package dev.tokenstore.api;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Locale;

/// The layout of a Secret that holds one token: what operator, sidecar and people who read it with `kubectl` agree on.
///
/// Sidecars live in pods for months beside newer operators, so every Secret carries [#LAYOUT]; a reader that meets a
/// version it does not know leaves the Secret alone. The data keys are the names of the token's fields
/// (`access_token`, `refresh_token`, ...), one key per field that is set.
public final class TokenSecretLayout {
    /// The Secret's type. A type is immutable, so no other kind of Secret can be turned into a token.
    public static final String SECRET_TYPE = "tokenstore.dev/oauth-token";

    public static final String MANAGED_BY_LABEL = "app.kubernetes.io/managed-by";
    public static final String MANAGED_BY = "oauth-token-store";

    /// Label: name of the `OAuthTokenStore` in the same namespace that the token belongs to.
    public static final String STORE_LABEL = "tokenstore.dev/store";

    /// Labels holding [#hash] of a field's value, by which tokens are looked up.
    public static final String ID_HASH_LABEL = "tokenstore.dev/id-hash";

    public static final String USER_HASH_LABEL = "tokenstore.dev/user-hash";
    public static final String REFRESH_HASH_LABEL = "tokenstore.dev/refresh-hash";
    public static final String GRANT_HASH_LABEL = "tokenstore.dev/grant-hash";
    public static final String ACCESS_HASH_LABEL = "tokenstore.dev/access-hash";

    /// Annotation: the version of this layout, [#LAYOUT_VERSION].
    public static final String LAYOUT = "tokenstore.dev/layout";

    public static final String LAYOUT_VERSION = "1";

    /// Annotation: [#PENDING] until the row is sure to be the only one of its identity, then [#CONFIRMED].
    public static final String STATE = "tokenstore.dev/state";

    public static final String PENDING = "pending";
    public static final String CONFIRMED = "confirmed";

    /// Annotation: the token's opaque version, raised by saves alone.
    public static final String VERSION = "tokenstore.dev/version";

    /// Annotation, RFC 3339 by the API server's clock: when the token was first saved. Never changes.
    public static final String CREATED_AT = "tokenstore.dev/created-at";

    /// Annotation, RFC 3339: since when the row has had its user; absent when it has none.
    public static final String USER_SINCE = "tokenstore.dev/user-since";

    /// Annotation: how many other rows had this user when the row was created; absent once the row's user has changed.
    public static final String USER_RANK = "tokenstore.dev/user-rank";

    /// Annotation, RFC 3339: when the token was last saved.
    public static final String SAVED_AT = "tokenstore.dev/saved-at";

    /// Annotation, RFC 3339: when the token was last read, recorded coarsely; absent when never recorded.
    public static final String LAST_USED_AT = "tokenstore.dev/last-used-at";

    /// Annotation, RFC 3339: when the access token expires; absent when that is not known.
    public static final String ACCESS_EXPIRES_AT = "tokenstore.dev/access-expires-at";

    /// Annotation, `true` or `false`: whether something stored (refresh token, grant token) could renew the access
    /// token.
    public static final String RENEWABLE = "tokenstore.dev/renewable";

    /// Annotation: the marks of the last writes, newest first, by which a writer recognises a write of its own whose
    /// reply was lost.
    public static final String WRITES = "tokenstore.dev/writes";

    /// Annotation set by people: `true` protects the token from every cleanup.
    public static final String KEEP = "tokenstore.dev/keep";

    private static final String BASE32 = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int HASH_CHARACTERS = 32;

    private TokenSecretLayout() {}

    /// Returns 160 bits of SHA-256 over the parts, each preceded by its length, as 32 lower-case base32 characters:
    /// fit for a label value and for a part of a Secret's name.
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
        return base32(digest.digest(), HASH_CHARACTERS);
    }

    /// Returns the first `characters` base32 characters (lower case, RFC 4648 alphabet, no padding) of `bytes`.
    ///
    /// @throws IllegalArgumentException if `bytes` holds fewer than 5 bits per character
    public static String base32(byte[] bytes, int characters) {
        if (bytes.length * 8 < characters * 5) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%d bytes are too few for %d characters", bytes.length, characters));
        }
        var text = new StringBuilder(characters);
        for (int i = 0; i < characters; i++) {
            int bit = i * 5;
            int window = (bytes[bit / 8] & 0xff) << 8 | (bit / 8 + 1 < bytes.length ? bytes[bit / 8 + 1] & 0xff : 0);
            text.append(BASE32.charAt(window >> (11 - bit % 8) & 31));
        }
        return text.toString();
    }

    /// Returns the name of the Secret at `place` (32 base32 characters, see [#hash]) of a store.
    public static String secretName(String store, String place) {
        return store + "-" + place;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
