package dev.tokenstore.cli.store;

import dev.tokenstore.api.Timestamps;
import dev.tokenstore.client.Token;
import dev.tokenstore.store.NewTokenResult;
import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStorage.InvalidCursorException;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.kubernetes.KubernetesConnection;
import dev.tokenstore.store.token.InvalidTokenException;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A store of a cluster, reached as an administrator reaches it: without a sidecar.
final class ClusterStore implements StoreAccess {
    private final KubernetesConnection connection;
    private final TokenStore store;
    private final String name;

    /// @param connection closed with this
    /// @param name `namespace/name`
    ClusterStore(KubernetesConnection connection, TokenStore store, String name) {
        this.connection = connection;
        this.store = store;
        this.name = name;
    }

    @Override
    public String description() {
        return "store " + name;
    }

    @Override
    public Stream<Token> list() {
        return Stream.iterate(
                        Optional.of(page("")),
                        Optional::isPresent,
                        page -> page.flatMap(TokenStore.Page::next).map(this::page))
                .flatMap(page -> page.orElseThrow().tokens().stream())
                .map(ClusterStore::tokenOf);
    }

    private TokenStore.Page page(String after) {
        return explained(() -> store.list(TokenStore.MAX_PAGE_SIZE, after));
    }

    @Override
    public Optional<Token> find(Token wanted) {
        return explained(() -> store.find(fieldsOf(wanted))).map(ClusterStore::tokenOf);
    }

    @Override
    public Optional<Token> findById(String id) {
        return explained(() -> store.findById(new TokenId(id))).map(ClusterStore::tokenOf);
    }

    @Override
    public Token save(Token given) {
        return saved(explained(() -> store.save(fieldsOf(given))));
    }

    @Override
    public Token save(Token given, String expectedVersion) {
        return saved(explained(() -> store.saveIfVersion(fieldsOf(given), expectedVersion)));
    }

    @Override
    public List<NewToken> saveNew(List<Token> given) {
        var fields = given.stream().map(ClusterStore::fieldsOf).toList();
        return explained(() -> store.saveNew(fields)).stream()
                .map(ClusterStore::newTokenOf)
                .toList();
    }

    private static NewToken newTokenOf(NewTokenResult result) {
        return switch (result) {
            case NewTokenResult.Stored stored -> new NewToken.Stored(tokenOf(stored.token()));
            case NewTokenResult.RowExists exists -> new NewToken.Exists();
            case NewTokenResult.TokenDeleted deleted -> new NewToken.Failed(tokenDeleted());
            case NewTokenResult.Failed failed -> new NewToken.Failed(explanation(failed.why()));
        };
    }

    private static Token saved(SaveResult result) {
        return switch (result) {
            case SaveResult.Saved saved -> tokenOf(saved.token());
            case SaveResult.VersionConflict conflict ->
                throw new StoreException(
                        "VERSION_CONFLICT",
                        "the token is not at the expected version; read it again and decide again",
                        null);
            case SaveResult.TokenDeleted deleted -> throw tokenDeleted();
        };
    }

    private static StoreException tokenDeleted() {
        return new StoreException(
                "TOKEN_DELETED",
                "the token with this id was deleted and is not revived; to store a new token, save without an id",
                null);
    }

    private static StoreException explanation(StorageException e) {
        return new StoreException(e.reason().name(), String.valueOf(e.getMessage()), e);
    }

    @Override
    public void delete(String id) {
        explained(() -> {
            store.delete(new TokenId(id));
            return id;
        });
    }

    @Override
    public long deleteAll() {
        return explained(store::deleteAll);
    }

    private static TokenFields fieldsOf(Token token) {
        var values = new EnumMap<TokenField, String>(TokenField.class);
        for (var field : Token.Field.values()) {
            token.get(field).ifPresent(value -> values.put(TokenField.valueOf(field.name()), value));
        }
        return TokenFields.of(values);
    }

    private static Token tokenOf(StoredToken stored) {
        var token = Token.builder()
                .stored(stored.version(), expireTimeOf(stored.fields()), stored.createTime(), stored.updateTime());
        stored.fields().forEachPresent((field, value) -> token.set(Token.Field.valueOf(field.name()), value.reveal()));
        return token.build();
    }

    private static @Nullable Instant expireTimeOf(TokenFields fields) {
        return fields.expiry().filter(Timestamps::isValid).orElse(null);
    }

    private static <T> T explained(Supplier<T> call) {
        try {
            return call.get();
        } catch (StorageException e) {
            throw explanation(e);
        } catch (InvalidTokenException e) {
            throw new StoreException("INVALID_TOKEN", String.valueOf(e.getMessage()), e);
        } catch (InvalidCursorException e) {
            throw new StoreException("INVALID_PAGE_TOKEN", String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        store.close();
        connection.close();
    }
}
