package dev.tokenstore.client;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The six operations as the SDKs call a token store, with the SDK's own token objects: what an SDK's adapter hands its
/// calls to. The rules are the same for every SDK (`docs/semantics.md`).
///
/// A value that is null or `""` is absent; the values of the caller's object win over those of the store.
///
/// @param <T> the SDK's class of tokens
/// @param <X> the SDK's class of exceptions
public final class SdkTokenStore<T, X extends Exception> {
    private final TokenStoreClient client;
    private final SdkTokens<T, X> sdk;

    public SdkTokenStore(TokenStoreClient client, SdkTokens<T, X> sdk) {
        this.client = client;
        this.sdk = sdk;
    }

    /// Fills the caller's object from the token that it describes and returns it; null, and an untouched object, if
    /// there is none.
    public @Nullable T findToken(T token) throws X {
        var given = read(token);
        var found = asked(() -> client.findToken(given));
        if (found.isEmpty()) {
            return null;
        }
        var row = found.get();
        // a deadline belongs to its access token: another one would seem to live as long as the stored one
        var deadlineFits = given.accessToken().isEmpty() || given.accessToken().equals(row.accessToken());
        fill(token, given, deadlineFits ? row : row.toBuilder().expiresIn(null).build());
        return token;
    }

    /// Returns a new object with all that is stored.
    ///
    /// @throws X also if there is no such token
    public T findTokenById(@Nullable String id) throws X {
        return made(asked(() -> client.findTokenById(id == null ? "" : id)));
    }

    /// Stores what the object holds; then gives it its id and the stored values that it lacks.
    public void saveToken(T token) throws X {
        var given = read(token);
        fill(token, given, asked(() -> client.saveToken(given)));
    }

    /// Deletes the token with that id, if there is one.
    public void deleteToken(@Nullable String id) throws X {
        asked(() -> {
            client.deleteToken(id == null ? "" : id);
            return true;
        });
    }

    /// All tokens, as new objects; an empty list where there are none.
    public List<T> getTokens() throws X {
        var tokens = new ArrayList<T>();
        var rows = asked(client::getTokens).iterator();
        while (asked(rows::hasNext)) {
            tokens.add(made(asked(rows::next)));
        }
        return tokens;
    }

    /// Deletes all tokens.
    public void deleteTokens() throws X {
        asked(client::deleteTokens);
    }

    private Token read(T token) {
        var given = Token.builder();
        for (var field : Token.Field.values()) {
            given.set(field, sdk.get(token, field));
        }
        return given.build();
    }

    /// The id becomes the row's, whatever it was.
    private void fill(T token, Token given, Token row) throws X {
        for (var field : Token.Field.values()) {
            var value = row.get(field);
            if (value.isPresent()
                    && (field == Token.Field.ID || given.get(field).isEmpty())) {
                sdk.set(token, field, value.get());
            }
        }
    }

    private T made(Token row) throws X {
        var token = sdk.create();
        fill(token, Token.builder().build(), row);
        return token;
    }

    private <R> R asked(Question<R> question) throws X {
        try {
            return question.ask();
        } catch (TokenStoreException e) {
            throw sdk.failure(String.valueOf(e.getMessage()), e);
        }
    }

    /// A call of the client.
    @FunctionalInterface
    private interface Question<R> {
        R ask();
    }
}
