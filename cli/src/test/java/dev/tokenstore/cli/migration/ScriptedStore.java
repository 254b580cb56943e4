package dev.tokenstore.cli.migration;

import dev.tokenstore.cli.store.NewToken;
import dev.tokenstore.cli.store.StoreAccess;
import dev.tokenstore.cli.store.StoreException;
import dev.tokenstore.client.TokenRecord;
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

    private final Map<String, TokenRecord> tokens = new LinkedHashMap<>();
    private final Deque<Optional<StoreException>> failuresOfNext = new ArrayDeque<>();
    private final Deque<TokenRecord> savedByOthersFirst = new ArrayDeque<>();
    private int generated;

    /// The next new tokens, one by one, fail.
    void failNext(StoreException... failures) {
        for (var failure : failures) {
            failuresOfNext.add(Optional.of(failure));
        }
    }

    /// Before the next new token is stored, someone else stores this one.
    void savedFirst(TokenRecord token) {
        savedByOthersFirst.add(token);
    }

    /// Stores a token, whatever is there.
    TokenRecord put(TokenRecord token, String version) {
        var id = token.id().orElseGet(() -> "tok-" + generated++);
        var stored = token.toBuilder().id(id).stored(version, null, NOW, NOW).build();
        tokens.put(id, stored);
        return stored;
    }

    List<TokenRecord> all() {
        return List.copyOf(tokens.values());
    }

    @Override
    public String description() {
        return "a store in memory";
    }

    @Override
    public Stream<TokenRecord> list() {
        return all().stream();
    }

    @Override
    public Optional<TokenRecord> find(TokenRecord wanted) {
        return tokens.values().stream()
                .filter(token -> token.userSignature().isPresent()
                        && token.userSignature().equals(wanted.userSignature()))
                .findFirst();
    }

    @Override
    public Optional<TokenRecord> findById(String id) {
        return Optional.ofNullable(tokens.get(id));
    }

    @Override
    public TokenRecord save(TokenRecord given) {
        throw new UnsupportedOperationException();
    }

    @Override
    public TokenRecord save(TokenRecord given, String expectedVersion) {
        var row = given.id().map(tokens::get).or(() -> find(given));
        if (row.isEmpty() || !row.get().version().equals(Optional.of(expectedVersion))) {
            throw new StoreException("VERSION_CONFLICT", "not at that version", null);
        }
        var merged = row.get().toBuilder();
        for (var field : TokenRecord.Field.values()) {
            if (field != TokenRecord.Field.ID) {
                given.get(field).ifPresent(value -> merged.set(field, value));
            }
        }
        return put(merged.build(), expectedVersion + "+");
    }

    @Override
    public List<NewToken> saveNew(List<TokenRecord> given) {
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
    public void delete(String id) {
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
