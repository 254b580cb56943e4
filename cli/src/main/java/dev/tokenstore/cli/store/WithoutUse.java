package dev.tokenstore.cli.store;

import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.token.GeneratedIds;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/// A storage whose tokens are looked at, not used: reading one does not prolong its session.
record WithoutUse(TokenStorage storage) implements TokenStorage {
    @Override
    public void used(StoredToken row) {
        // an administrator who looks is not the app that uses the token
    }

    @Override
    public GeneratedIds ids() {
        return storage.ids();
    }

    @Override
    public Optional<StoredToken> byId(SecretValue id) {
        return storage.byId(id);
    }

    @Override
    public List<StoredToken> byUser(TokenFields wanted) {
        return storage.byUser(wanted);
    }

    @Override
    public List<StoredToken> byCredential(TokenField credential, SecretValue value) {
        return storage.byCredential(credential, value);
    }

    @Override
    public Insertion insert(TokenFields fields, Function<List<StoredToken>, Optional<StoredToken>> twin) {
        return storage.insert(fields, twin);
    }

    @Override
    public List<Attempted> insertAll(
            List<TokenFields> rows, BiFunction<TokenFields, List<StoredToken>, Optional<StoredToken>> twin) {
        return storage.insertAll(rows, twin);
    }

    @Override
    public Replacement replace(StoredToken current, TokenFields next) {
        return storage.replace(current, next);
    }

    @Override
    public Optional<StoredToken> toDelete(SecretValue id) {
        return storage.toDelete(id);
    }

    @Override
    public void delete(StoredToken row) {
        storage.delete(row);
    }

    @Override
    public long deleteAll() {
        return storage.deleteAll();
    }

    @Override
    public Chunk list(int limit, String after) {
        return storage.list(limit, after);
    }

    @Override
    public void close() {
        storage.close();
    }
}
