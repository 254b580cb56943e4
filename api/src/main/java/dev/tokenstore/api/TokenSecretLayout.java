package dev.tokenstore.api;

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

    /// Labels that hold the hash of a field's value, by which tokens are looked up.
    public static final String ID_HASH_LABEL = "tokenstore.dev/id-hash";

    public static final String USER_HASH_LABEL = "tokenstore.dev/user-hash";
    public static final String REFRESH_HASH_LABEL = "tokenstore.dev/refresh-hash";
    public static final String GRANT_HASH_LABEL = "tokenstore.dev/grant-hash";
    public static final String ACCESS_HASH_LABEL = "tokenstore.dev/access-hash";

    /// Annotation: the version of this layout, [#LAYOUT_VERSION].
    public static final String LAYOUT = "tokenstore.dev/layout";

    public static final String LAYOUT_VERSION = "1";

    /// Annotation: [#PENDING] until the row is known to be the only one of its identity, then [#CONFIRMED].
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

    /// Annotation: the nonces of the last writes, newest first, by which a writer recognises a write of its own
    /// whose reply was lost.
    public static final String WRITES = "tokenstore.dev/writes";

    /// Annotation: who refreshes the token at the moment, see [RefreshClaim]; void at another [#VERSION] than its own.
    public static final String CLAIM = "tokenstore.dev/claim";

    /// Annotation set by people: `true` protects the token from every cleanup.
    public static final String KEEP = "tokenstore.dev/keep";

    private TokenSecretLayout() {}

    /// Returns the name of a Secret of a store.
    ///
    /// @param locator 32 base32 characters
    public static String secretName(String store, String locator) {
        return store + "-" + locator;
    }
}
