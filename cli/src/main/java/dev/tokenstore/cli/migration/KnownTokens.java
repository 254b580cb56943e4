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

/// All tokens that are stored or about to be, to be looked up as in a store; their values are hashes. Some 700 bytes
/// per token. Not thread-safe.
final class KnownTokens implements TokenLookup {
    private final Map<Hash, KnownToken> first = new HashMap<>();
    private final Map<Hash, List<KnownToken>> others = new HashMap<>();

    /// Takes note of a token's values, which replace those before.
    void put(KnownToken token, TokenFields fields) {
        token.set(fields);
        for (var field : TokenField.LOOKED_UP) {
            fields.get(field).map(value -> Hash.of(field, value)).ifPresent(hash -> put(hash, token));
        }
    }

    private void put(Hash hash, KnownToken token) {
        var before = first.putIfAbsent(hash, token);
        if (before != null && before != token) {
            var more = others.computeIfAbsent(hash, none -> new ArrayList<>(1));
            if (!more.contains(token)) {
                more.add(token);
            }
        }
    }

    /// The fields with hashes for values, as this lookup wants them.
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
                .map(KnownToken::row);
    }
}
