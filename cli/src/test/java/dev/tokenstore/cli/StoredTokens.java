package dev.tokenstore.cli;

import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.TokenFields;
import java.time.Instant;

/// Tokens as a store returns them.
public final class StoredTokens {
    private StoredTokens() {}

    public static StoredToken of(TokenFields fields, String version, Instant created, Instant updated) {
        return new StoredToken(fields, version, created, updated, updated, created, "", new StoredToken.Handle() {});
    }
}
