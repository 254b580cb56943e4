package dev.tokenstore.sidecar.grpc;

import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.token.GeneratedIds;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;

/// A storage without rows in which every operation first does what the test says: fail in a way that no real storage
/// fails on demand, or take its time.
record ScriptedStorage(Runnable script) implements TokenStorage {
    @Override
    public GeneratedIds ids() {
        return new GeneratedIds("scripted", new Random(7));
    }

    @Override
    public Optional<StoredToken> byId(SecretValue id) {
        script.run();
        return Optional.empty();
    }

    @Override
    public List<StoredToken> byUser(TokenFields wanted) {
        script.run();
        return List.of();
    }

    @Override
    public List<StoredToken> byCredential(TokenField credential, SecretValue value) {
        script.run();
        return List.of();
    }

    @Override
    public Insertion insert(TokenFields fields, Function<List<StoredToken>, Optional<StoredToken>> twin) {
        script.run();
        return new Insertion.TwinFound();
    }

    @Override
    public Replacement replace(StoredToken current, TokenFields next) {
        script.run();
        return new Replacement.RowChanged();
    }

    @Override
    public void delete(StoredToken row) {
        script.run();
    }

    @Override
    public long deleteAll() {
        script.run();
        return 0;
    }

    @Override
    public Chunk list(int limit, String after) {
        script.run();
        return new Chunk(List.of(), Optional.empty());
    }

    @Override
    public void close() {}
}
