package dev.tokenstore.cli.output;

import dev.tokenstore.client.TokenRecord;
import java.time.Instant;
import java.util.Optional;

/// What is known of a token's access token.
public enum AccessTokenState {
    /// Not expired yet.
    VALID,
    EXPIRED,
    /// There is one, and nothing says when it expires.
    UNKNOWN,
    /// There is none.
    NONE;

    public static AccessTokenState of(TokenRecord token, Instant now) {
        if (token.accessToken().isEmpty()) {
            return NONE;
        }
        return expiryOf(token)
                .map(expiry -> expiry.isAfter(now) ? VALID : EXPIRED)
                .orElse(UNKNOWN);
    }

    /// The moment of `expires_in`, also one that is too late for a reply's `expire_time`.
    static Optional<Instant> expiryOf(TokenRecord token) {
        return token.expiresIn().map(millis -> Instant.ofEpochMilli(Long.parseLong(millis)));
    }

    /// Whether something is stored that could renew the access token: a refresh token or a grant token.
    public static boolean isRenewable(TokenRecord token) {
        return token.refreshToken().isPresent() || token.grantToken().isPresent();
    }
}
