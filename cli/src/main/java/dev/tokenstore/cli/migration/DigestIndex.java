package dev.tokenstore.cli.migration;

import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenLookup;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The tokens that are stored or will be, looked up by hashes of their values. Takes some 700 bytes per token. Not
/// thread-safe.
final class DigestIndex implements TokenLookup {
    private final Map<Hash, TokenDigest> first = new HashMap<>();
    private final Map<Hash, List<TokenDigest>> others = new HashMap<>();

    /// Adds a token, or replaces the given values of one.
    void put(TokenDigest token, TokenFields fields) {
        token.set(fields);
        for (var field : TokenField.LOOKED_UP) {
            fields.get(field).map(value -> Hash.of(field, value)).ifPresent(hash -> put(hash, token));
        }
    }

    private void put(Hash hash, TokenDigest token) {
        var before = first.putIfAbsent(hash, token);
        if (before != null && before != token) {
            var more = others.computeIfAbsent(hash, none -> new ArrayList<>(1));
            if (!more.contains(token)) {
                more.add(token);
            }
        }
    }

    /// Replaces each value by its hash, for lookups here.
    static TokenFields hashed(TokenFields fields) {
        var hashes = new EnumMap<TokenField, String>(TokenField.class);
        fields.forEachPresent((field, value) -> {
            if (field != TokenField.EXPIRES_IN) {
                hashes.put(field, Hash.of(field, value).text());
            }
        });
        return TokenFields.of(hashes);
    }

    @Override
    public Optional<StoredToken> byId(TokenId id) {
        return with(TokenField.ID, new SecretValue(id.reveal())).findFirst();
    }

    @Override
    public List<StoredToken> byUser(TokenFields wanted) {
        return wanted.get(TokenField.USER_SIGNATURE).stream()
                .flatMap(user -> with(TokenField.USER_SIGNATURE, user))
                .toList();
    }

    @Override
    public List<StoredToken> byCredential(TokenField credential, SecretValue value) {
        return with(credential, value).toList();
    }

    private Stream<StoredToken> with(TokenField field, SecretValue text) {
        var hash = Hash.parse(text);
        return Stream.concat(Stream.ofNullable(first.get(hash)), others.getOrDefault(hash, List.of()).stream())
                .filter(token -> token.has(field, hash))
                .map(TokenDigest::row);
    }
}
