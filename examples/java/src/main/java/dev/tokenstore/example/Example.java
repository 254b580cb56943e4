package dev.tokenstore.example;

import dev.tokenstore.client.TokenRecord;
import dev.tokenstore.client.TokenStoreClient;
import dev.tokenstore.client.TokenStoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// An app without an SDK that keeps a user's token in the store: it logs in once, and renews the access token when it is
/// about to expire. All replicas of the app share what is stored.
public final class Example {
    private static final Duration MARGIN = Duration.ofMinutes(1);

    private final TokenStoreClient store;

    private Example(TokenStoreClient store) {
        this.store = store;
    }

    public static void main(String[] args) {
        try (TokenStoreClient store = TokenStoreClient.connect()) {
            Example app = new Example(store);
            String user = args.length > 0 ? args[0] : "alice";
            System.out.println("first call:  " + app.accessTokenOf(user));
            System.out.println("second call: " + app.accessTokenOf(user));
        } catch (TokenStoreException | IllegalArgumentException e) {
            System.err.println("example: " + e.getMessage());
            System.exit(1);
        }
    }

    /// Makes sure that a valid access token is stored and returns where it came from; a token belongs in no output.
    private String accessTokenOf(String user) {
        Optional<TokenRecord> found = store.findToken(TokenRecord.builder().userSignature(user).build());
        if (found.isEmpty()) {
            // the user never logged in, or the session ended and the token was deleted
            store.saveToken(logIn(user));
            return "logged in";
        }
        TokenRecord token = found.get();
        Instant soon = Instant.now().plus(MARGIN);
        if (token.expireTime().isPresent() && token.expireTime().get().isBefore(soon)) {
            store.saveToken(renewed(token));
            return "renewed";
        }
        return "stored";
    }

    /// Stands in for the provider's consent page.
    private static TokenRecord logIn(String user) {
        return TokenRecord.builder()
                .userSignature(user)
                .refreshToken("fixture-secret-refresh-token-of-" + user)
                .accessToken("fixture-secret-access-token-1")
                .expiresIn(inAnHour())
                .build();
    }

    /// Stands in for a request to the provider with the refresh token. Holds the changed fields only: a save keeps the
    /// others.
    private static TokenRecord renewed(TokenRecord token) {
        return TokenRecord.builder()
                .id(token.id().orElseThrow())
                .accessToken("fixture-secret-access-token-2")
                .expiresIn(inAnHour())
                .build();
    }

    private static String inAnHour() {
        return Long.toString(Instant.now().plus(Duration.ofHours(1)).toEpochMilli());
    }
}
