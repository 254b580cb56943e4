package dev.tokenstore.client;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The six operations on an SDK's own token objects; the adapter for an SDK delegates to it. The rules are the same for
/// every SDK and in every language (`clients/adapter-cases.json`).
///
/// A value that is null or `""` is absent. Values of the caller's object take precedence over stored ones, except for
/// the id.
///
/// @param <T> the SDK's class of tokens
/// @param <X> the SDK's class of exceptions
public final class SdkTokenStore<T, X extends Exception> {
    private static final String GONE = "there is no token with this id: it was deleted, or its session is over;"
            + " initialize the SDK again, without the id";

    private final TokenStoreClient client;
    private final SdkTokens<T, X> sdk;

    public SdkTokenStore(TokenStoreClient client, SdkTokens<T, X> sdk) {
        this.client = client;
        this.sdk = sdk;
    }

    /// Fills the caller's object from the token that it describes and returns it. Returns null and leaves the object
    /// unchanged if there is none.
    public @Nullable T findToken(T token) throws X {
        var given = read(token);
        var found = call(() -> client.findToken(given));
        if (found.isEmpty()) {
            return null;
        }
        var row = found.get();
        // expires_in belongs to one access token: with another one it would make that look valid
        var expiryFits = given.accessToken().isEmpty() || given.accessToken().equals(row.accessToken());
        fill(token, given, expiryFits ? row : row.toBuilder().expiresIn(null).build());
        return token;
    }

    /// Returns a new object with every stored value.
    ///
    /// @throws X also if there is no such token
    public T findTokenById(@Nullable String id) throws X {
        return newToken(call(() -> client.findTokenById(id == null ? "" : id)));
    }

    /// Stores the values of the object, then sets its id and the stored values that it lacks.
    public void saveToken(T token) throws X {
        var given = read(token);
        fill(token, given, call(() -> client.saveToken(given)));
    }

    /// Deletes the token with this id, if there is one.
    public void deleteToken(@Nullable String id) throws X {
        call(() -> {
            client.deleteToken(id == null ? "" : id);
            return true;
        });
    }

    /// Returns all tokens as new objects.
    public List<T> getTokens() throws X {
        var tokens = new ArrayList<T>();
        var rows = call(client::getTokens).iterator();
        while (call(rows::hasNext)) {
            tokens.add(newToken(call(rows::next)));
        }
        return tokens;
    }

    /// Deletes all tokens.
    public void deleteTokens() throws X {
        call(client::deleteTokens);
    }

    private TokenRecord read(T token) {
        var given = TokenRecord.builder();
        for (var field : TokenRecord.Field.values()) {
            given.set(field, sdk.get(token, field));
        }
        return given.build();
    }

    private void fill(T token, TokenRecord given, TokenRecord row) throws X {
        for (var field : TokenRecord.Field.values()) {
            var value = row.get(field);
            if (value.isPresent()
                    && (field == TokenRecord.Field.ID || given.get(field).isEmpty())) {
                sdk.set(token, field, value.get());
            }
        }
    }

    private T newToken(TokenRecord row) throws X {
        var token = sdk.create();
        fill(token, TokenRecord.builder().build(), row);
        return token;
    }

    private <R> R call(Supplier<R> call) throws X {
        try {
            return call.get();
        } catch (TokenStoreException | IllegalArgumentException e) {
            throw sdk.failure(TokenStoreException.isTokenGone(e) ? GONE : String.valueOf(e.getMessage()), e);
        }
    }
}
