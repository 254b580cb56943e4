package dev.tokenstore.cli.output;

import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.time.Instant;

/// Whether a token's access token is valid.
public enum AccessTokenState {
    VALID,
    EXPIRED,
    /// Its expiry is not stored.
    UNKNOWN,
    /// No access token is stored.
    NONE;

    public static AccessTokenState of(TokenFields token, Instant now) {
        if (!token.has(TokenField.ACCESS_TOKEN)) {
            return NONE;
        }
        return token.expiry()
                .map(expiry -> expiry.isAfter(now) ? VALID : EXPIRED)
                .orElse(UNKNOWN);
    }
}
