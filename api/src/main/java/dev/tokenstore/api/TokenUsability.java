package dev.tokenstore.api;

import java.time.Instant;

/// The usability of a token at a moment, as the store's status counts it.
public enum TokenUsability {
    /// Pending: not a token yet, and not counted.
    FORMING,
    /// Has an access token that has not expired, or whose expiry is not known.
    VALID,
    /// Its access token expired or is missing, and something stored can renew it, or may be able to.
    REFRESHABLE,
    /// Its access token expired and nothing stored could renew it.
    EXPIRED,
    /// Holds no credential, stayed pending, or has a layout that this version does not know.
    UNUSABLE;

    /// Returns the class of a token at `now`.
    public static TokenUsability of(TokenFacts token, Instant now) {
        if (!token.understood()) {
            return UNUSABLE;
        }
        var unusableFrom = token.unusableFrom();
        if (unusableFrom.isPresent() && !now.isBefore(unusableFrom.get())) {
            return UNUSABLE;
        }
        if (token.pending()) {
            return FORMING;
        }
        var expiry = token.accessExpiry();
        if (expiry != null && !now.isBefore(expiry)) {
            return token.renewal() == TokenFacts.Renewal.IMPOSSIBLE ? EXPIRED : REFRESHABLE;
        }
        return token.credentials() == TokenFacts.Credentials.RENEWAL_ONLY ? REFRESHABLE : VALID;
    }
}
