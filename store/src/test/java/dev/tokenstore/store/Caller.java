package dev.tokenstore.store;

import static dev.tokenstore.store.token.TokenField.ID;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A caller of one sidecar, asking as tests like to ask.
record Caller(TokenStore store) implements AutoCloseable {
    static Caller of(StoreUnderTest data) {
        return new Caller(data.open());
    }

    /// Saves the tokens one after the other, so the first one is the oldest.
    List<StoredToken> saveAll(SampleToken... tokens) {
        var rows = new ArrayList<StoredToken>();
        for (var token : tokens) {
            rows.add(save(token));
        }
        return rows;
    }

    /// Saves what must be possible to save.
    StoredToken save(SampleToken token) {
        return saved(trySave(token));
    }

    SaveResult trySave(SampleToken token) {
        return store.save(token.fields());
    }

    SaveResult trySave(SampleToken token, String expectedVersion) {
        return store.saveIfVersion(token.fields(), expectedVersion);
    }

    Optional<TokenFields> find(SampleToken wanted) {
        return store.find(wanted.fields()).map(StoredToken::fields);
    }

    Optional<TokenFields> byId(SampleToken wanted) {
        return store.findById(idOf(wanted)).map(StoredToken::fields);
    }

    Optional<TokenFields> byId(StoredToken row) {
        return byId(SampleToken.token().id(row));
    }

    void delete(SampleToken wanted) {
        store.delete(idOf(wanted));
    }

    void delete(StoredToken row) {
        delete(SampleToken.token().id(row));
    }

    /// All tokens, page by page, in the order of the list.
    List<TokenFields> tokens() {
        return Pages.all(store).stream().map(StoredToken::fields).toList();
    }

    static StoredToken saved(SaveResult result) {
        assertThat(result).isInstanceOf(SaveResult.Saved.class);
        return ((SaveResult.Saved) result).token();
    }

    /// @throws InvalidTokenException if the token has no id
    private static TokenId idOf(SampleToken token) {
        return new TokenId(token.fields().get(ID).map(SecretValue::reveal).orElse(""));
    }

    static SecretValue idOf(StoredToken row) {
        return row.fields().get(ID).orElseThrow();
    }

    @Override
    public void close() {
        store.close();
    }
}
