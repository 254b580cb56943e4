package dev.tokenstore.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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

    /// SDKs refresh a token five seconds before it expires.
    private static final Duration SDK_MARGIN = Duration.ofSeconds(6);

    /// An expires_in of 1970, which makes every SDK refresh; it is never stored.
    private static final String LONG_AGO = "1";

    private final TokenStoreClient client;
    private final SdkTokens<T, X> sdk;
    private final boolean coordinatesRefresh;
    private final HeldClaim<T> claim = new HeldClaim<>();

    /// Of all processes that share a token and find it due one refreshes it, and the others wait for it.
    public SdkTokenStore(TokenStoreClient client, SdkTokens<T, X> sdk) {
        this(client, sdk, true);
    }

    /// @param coordinatesRefresh false: each process refreshes for itself
    public SdkTokenStore(TokenStoreClient client, SdkTokens<T, X> sdk, boolean coordinatesRefresh) {
        this.client = client;
        this.sdk = sdk;
        this.coordinatesRefresh = coordinatesRefresh;
    }

    /// Fills the caller's object from the token that it describes and returns it. Returns null and leaves the object
    /// unchanged if there is none.
    public @Nullable T findToken(T token) throws X {
        var given = read(token);
        // by its id alone the SDK looks a token up that it revokes
        var found = coordinatesRefresh && isMoreThanAnId(given)
                ? call(() -> client.findToken(given, willRefresh()))
                : call(() -> client.findToken(given));
        if (found.isEmpty()) {
            return null;
        }
        var row = found.get();
        // expires_in belongs to one access token: with another one it would make that look valid
        var expiryFits = given.accessToken().isEmpty() || given.accessToken().equals(row.accessToken());
        fill(token, given, expiryFits ? row : row.toBuilder().expiresIn(null).build());
        if (expiryFits) {
            makeRefresh(token, row);
        }
        return token;
    }

    private static boolean isMoreThanAnId(TokenRecord given) {
        return Arrays.stream(TokenRecord.Field.values())
                .anyMatch(field ->
                        field != TokenRecord.Field.ID && given.get(field).isPresent());
    }

    private WillRefresh willRefresh() {
        var request = WillRefresh.within(SDK_MARGIN);
        return claim.take().map(held -> request.abandoning(held.nonce())).orElse(request);
    }

    /// Makes the SDK refresh a token whose claim it holds, whatever its own clock says.
    private void makeRefresh(T token, TokenRecord row) throws X {
        if (row.claim().isPresent()) {
            sdk.set(token, TokenRecord.Field.EXPIRES_IN, LONG_AGO);
            claim.set(token, row.claim().get());
        }
    }

    /// Returns a new object with every stored value.
    ///
    /// @throws X also if there is no such token
    public T findTokenById(@Nullable String id) throws X {
        var wanted = id == null ? "" : id;
        var row = call(
                () -> coordinatesRefresh ? client.findTokenById(wanted, willRefresh()) : client.findTokenById(wanted));
        var token = newToken(row);
        makeRefresh(token, row);
        return token;
    }

    /// Stores the values of the object, then sets its id and the stored values that it lacks.
    public void saveToken(T token) throws X {
        var read = read(token);
        var given = read.expiresIn().filter(LONG_AGO::equals).isPresent()
                ? read.toBuilder().expiresIn(null).build()
                : read;
        var held = claim.takeFor(token);
        fill(
                token,
                given,
                call(() -> held.isPresent() ? client.saveToken(given, held.get()) : client.saveToken(given)));
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
