package dev.tokenstore.cli.migration;

import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.UseRecorder;
import dev.tokenstore.store.kubernetes.KubernetesConnection;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.product.SidecarProcess;
import dev.tokenstore.testing.product.TestStore;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A store in a namespace of its own, and a way for `tokenstore` to reach it.
final class ImportedStore implements AutoCloseable {
    /// How the command reaches the store.
    enum Way {
        CLUSTER,
        SIDECAR
    }

    private final TestStore resource;
    private final Path folder;
    private final KubernetesConnection connection;
    private final TokenStore store;
    private final List<String> options;
    private final Optional<SidecarProcess> sidecar;

    ImportedStore(KubernetesForTests kubernetes, Way way, Path folder) {
        this.folder = folder;
        resource = TestStore.create(kubernetes, "{}");
        connection = KubernetesConnection.open(kubernetes.config(), InstantSource.system());
        var random = new SecureRandom();
        var storage = connection.storage(resource.namespace(), resource.name(), random, unreadable -> {});
        store = new TokenStore(storage, storage, UseRecorder.NONE, random);
        sidecar = way == Way.SIDECAR ? Optional.of(SidecarProcess.ready(resource)) : Optional.empty();
        options = sidecar.map(SidecarProcess::options).orElseGet(resource::options);
    }

    /// Starts an import of `source` into this store.
    ImportProcess start(Path source, String... more) {
        return start(source.toString(), Map.of(), more);
    }

    private ImportProcess start(String source, Map<String, String> environment, String... more) {
        var arguments = new ArrayList<>(List.of(source));
        arguments.addAll(options);
        arguments.addAll(List.of(more));
        return ImportProcess.start(folder, environment, arguments);
    }

    /// Imports `source` into this store.
    ImportProcess.Result run(String source, Map<String, String> environment) {
        return start(source, environment).result();
    }

    /// Imports `source` into this store.
    ImportProcess.Result run(Path source, String... more) {
        return start(source, more).result();
    }

    TokenStore tokens() {
        return store;
    }

    /// Every token, without its id.
    List<TokenFields> withoutIds() {
        return all().stream().map(row -> row.fields().without(TokenField.ID)).toList();
    }

    List<String> ids() {
        return all().stream()
                .map(row ->
                        row.fields().get(TokenField.ID).map(SecretValue::reveal).orElseThrow())
                .toList();
    }

    private List<StoredToken> all() {
        var all = new ArrayList<StoredToken>();
        for (var page = Optional.of(store.list(0, "")); page.isPresent(); ) {
            all.addAll(page.get().tokens());
            page = page.get().next().map(next -> store.list(0, next));
        }
        return all;
    }

    /// How many Secrets there are, pending ones included.
    int secrets() {
        return resource.secrets().size();
    }

    @Override
    public void close() {
        sidecar.ifPresent(SidecarProcess::close);
        store.close();
        connection.close();
    }
}
