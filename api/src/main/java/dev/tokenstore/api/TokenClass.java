package dev.tokenstore.api;

import java.time.Instant;

/// What a token is good for at a moment, as the status counts it.
public enum TokenClass {
    /// Being created: not a token yet, counted nowhere.
    FORMING,
    /// Has an access token that has not expired, or whose expiry is not known.
    VALID,
    /// Its access token expired (or is missing), and something stored can renew it, or it is not known that nothing
    /// can.
    REFRESHABLE,
    /// Its access token expired and nothing stored could renew it.
    EXPIRED,
    /// Holds no credential, was never finished, or has a layout that this version does not know.
    UNUSABLE;

    /// Returns the class of a token at `now`.
    public static TokenClass of(TokenFacts token, Instant now) {
        if (!token.understood()) {
            return UNUSABLE;
        }
        var unusableFrom = token.unusableFrom();
        if (unusableFrom.isPresent() && !now.isBefore(unusableFrom.get())) {
            return UNUSABLE;
        }
        if (token.state() == TokenFacts.State.PENDING) {
            return FORMING;
        }
        var expiry = token.accessExpiry();
        if (expiry != null && !now.isBefore(expiry)) {
            return token.renewal() == TokenFacts.Renewal.IMPOSSIBLE ? EXPIRED : REFRESHABLE;
        }
        return token.credentials() == TokenFacts.Credentials.RENEWAL_ONLY ? REFRESHABLE : VALID;
    }
}
