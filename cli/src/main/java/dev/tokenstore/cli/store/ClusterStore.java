package dev.tokenstore.cli.store;

import dev.tokenstore.store.NewTokenResult;
import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.UseRecorder;
import dev.tokenstore.store.kubernetes.KubernetesConnection;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import io.fabric8.kubernetes.client.Config;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// A store of a cluster, reached without a sidecar. Reads are not recorded as uses of tokens: an administrator who
/// looks at a token does not prolong its session.
///
/// @param connection closed with this store
/// @param name `namespace/name`
record ClusterStore(KubernetesConnection connection, TokenStore store, String name) implements StoreAccess {
    /// @param unreadable gets the name of each Secret that is left out because it is no token
    static ClusterStore open(Config config, String namespace, String name, Consumer<String> unreadable) {
        var random = new SecureRandom();
        var connection = KubernetesConnection.open(config, InstantSource.system());
        var storage = connection.storage(namespace, name, random, unreadable);
        var store = new TokenStore(storage, storage, UseRecorder.NONE, random);
        return new ClusterStore(connection, store, namespace + "/" + name);
    }

    @Override
    public String description() {
        return "store " + name;
    }

    @Override
    public Stream<StoredToken> list() {
        return Stream.iterate(
                        Optional.of(page("")),
                        Optional::isPresent,
                        page -> page.flatMap(TokenStore.Page::next).map(this::page))
                .flatMap(page -> page.orElseThrow().tokens().stream());
    }

    private TokenStore.Page page(String after) {
        return translated(() -> store.list(TokenStore.MAX_PAGE_SIZE, after));
    }

    @Override
    public Optional<StoredToken> find(TokenFields wanted) {
        return translated(() -> store.find(wanted));
    }

    @Override
    public Optional<StoredToken> findById(TokenId id) {
        return translated(() -> store.findById(id));
    }

    @Override
    public Optional<StoredToken> saveIfVersion(TokenFields given, String expectedVersion) {
        return switch (translated(() -> store.saveIfVersion(given, expectedVersion))) {
            case SaveResult.Saved saved -> Optional.of(saved.token());
            case SaveResult.VersionConflict conflict -> Optional.empty();
            case SaveResult.TokenDeleted deleted -> throw tokenDeleted();
        };
    }

    @Override
    public List<NewToken> saveNew(List<TokenFields> given) {
        return translated(() -> store.saveNew(given)).stream()
                .map(ClusterStore::newToken)
                .toList();
    }

    private static NewToken newToken(NewTokenResult result) {
        return switch (result) {
            case NewTokenResult.Stored stored -> new NewToken.Stored(stored.token());
            case NewTokenResult.RowExists exists -> new NewToken.Exists();
            case NewTokenResult.TokenDeleted deleted -> new NewToken.Failed(tokenDeleted());
            case NewTokenResult.Failed failed -> new NewToken.Failed(StoreException.of(failed.why()));
        };
    }

    private static StoreException tokenDeleted() {
        return StoreException.refused(
                "the token with this id was deleted and is not revived; to store a new token, save without an id");
    }

    @Override
    public void delete(TokenId id) {
        translated(() -> {
            store.delete(id);
            return id;
        });
    }

    @Override
    public long deleteAll() {
        return translated(store::deleteAll);
    }

    private static <T> T translated(Supplier<T> call) {
        try {
            return call.get();
        } catch (StorageException e) {
            throw StoreException.of(e);
        }
    }

    @Override
    public void close() {
        store.close();
        connection.close();
    }
}
