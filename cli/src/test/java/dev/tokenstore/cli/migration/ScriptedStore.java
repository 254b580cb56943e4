package dev.tokenstore.cli.migration;

import dev.tokenstore.cli.StoredTokens;
import dev.tokenstore.cli.store.StoreAccess;
import dev.tokenstore.cli.store.StoreException;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A store in memory that keeps tokens by id and does as it is told: the next calls fail, or find that someone was
/// faster.
final class ScriptedStore implements StoreAccess {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final Map<String, StoredToken> tokens = new LinkedHashMap<>();
    private final Deque<Optional<StoreException>> failuresOfNext = new ArrayDeque<>();
    private final Deque<TokenFields> savedByOthersFirst = new ArrayDeque<>();
    private int generated;

    /// The next new tokens, one by one, fail.
    void failNext(StoreException... failures) {
        for (var failure : failures) {
            failuresOfNext.add(Optional.of(failure));
        }
    }

    /// Before the next new token is stored, someone else stores this one.
    void savedFirst(TokenFields token) {
        savedByOthersFirst.add(token);
    }

    /// Stores a token, whatever is there.
    StoredToken put(TokenFields token, String version) {
        var id = token.id().map(TokenId::reveal).orElseGet(() -> "tok-" + generated++);
        var stored = StoredTokens.of(token.with(TokenField.ID, id), version, NOW, NOW);
        tokens.put(id, stored);
        return stored;
    }

    List<StoredToken> all() {
        return List.copyOf(tokens.values());
    }

    @Override
    public String description() {
        return "a store in memory";
    }

    @Override
    public Stream<StoredToken> list() {
        return all().stream();
    }

    @Override
    public Optional<StoredToken> find(TokenFields wanted) {
        return tokens.values().stream()
                .filter(token -> token.fields().agreesOn(TokenField.USER_SIGNATURE, wanted))
                .findFirst();
    }

    @Override
    public Optional<StoredToken> findById(TokenId id) {
        return Optional.ofNullable(tokens.get(id.reveal()));
    }

    @Override
    public Optional<StoredToken> saveIfVersion(TokenFields given, String expectedVersion) {
        return given.id()
                .map(id -> tokens.get(id.reveal()))
                .or(() -> find(given))
                .filter(row -> row.version().equals(expectedVersion))
                .map(row -> put(row.fields().mergedWith(given), expectedVersion + "+"));
    }

    @Override
    public List<NewToken> saveNew(List<TokenFields> given) {
        var results = new ArrayList<NewToken>();
        for (var token : given) {
            var failure = failuresOfNext.isEmpty() ? Optional.<StoreException>empty() : failuresOfNext.poll();
            if (failure.isPresent()) {
                results.add(new NewToken.Failed(failure.get()));
                continue;
            }
            if (!savedByOthersFirst.isEmpty()) {
                put(savedByOthersFirst.poll(), "other.1");
            }
            results.add(find(token).isPresent() ? new NewToken.Exists() : new NewToken.Stored(put(token, "v.1")));
        }
        return results;
    }

    @Override
    public void delete(TokenId id) {
        throw new UnsupportedOperationException();
    }

    @Override
    public long deleteAll() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        // holds nothing
    }
}
