package dev.tokenstore.sidecar.grpc;

import dev.tokenstore.api.RefreshClaim;
import dev.tokenstore.store.NewRow;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.token.GeneratedIds;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/// A storage without rows in which every operation first does what the test says: fail in a way that no real storage
/// fails on demand, or take its time.
record ScriptedStorage(Runnable script) implements TokenStorage {
    @Override
    public GeneratedIds ids() {
        return new GeneratedIds("scripted", new Random(7));
    }

    @Override
    public Optional<StoredToken> byId(TokenId id) {
        script.run();
        return Optional.empty();
    }

    @Override
    public Optional<StoredToken> byIdEvenIfOver(TokenId id) {
        return byId(id);
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
    public Insertion insert(NewRow row) {
        script.run();
        return new Insertion.TwinFound();
    }

    @Override
    public Replacement replace(StoredToken current, TokenFields next) {
        script.run();
        return new Replacement.RowChanged();
    }

    @Override
    public Replacement claim(StoredToken current, Optional<RefreshClaim> claim) {
        script.run();
        return new Replacement.RowChanged();
    }

    @Override
    public void awaitChange(StoredToken seen, Duration atMost) {
        script.run();
    }

    @Override
    public boolean delete(StoredToken row) {
        script.run();
        return false;
    }

    @Override
    public boolean deleteUnchanged(StoredToken row) {
        script.run();
        return false;
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
