package dev.tokenstore.sidecar;

import dev.tokenstore.runtime.kubernetes.KubernetesConfig;
import dev.tokenstore.store.ReadListener;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.embedded.CleanupListener;
import dev.tokenstore.store.embedded.MachineClock;
import dev.tokenstore.store.kubernetes.KubernetesConnection;
import dev.tokenstore.store.memory.InMemoryTokenStorage;
import dev.tokenstore.store.sqlite.SqliteTokenStorage;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Opens the storage that the settings name.
final class Storages {
    private static final Logger LOG = LoggerFactory.getLogger(Storages.class);

    private Storages() {}

    /// @param unreadable gets the name of each row that is skipped because it cannot be read; must not block
    /// @param reads gets where reads of a store in a cluster find their rows
    /// @param cleanups gets what the cleanup of an embedded store deletes
    /// @throws StartException if the storage can never work with these settings
    static StoreBackend open(
            SidecarConfig.Backend backend,
            Consumer<String> unreadable,
            ReadListener reads,
            CleanupListener cleanups,
            InstantSource clock,
            RandomGenerator random) {
        return switch (backend) {
            case SidecarConfig.Kubernetes kubernetes -> open(kubernetes, unreadable, reads, clock, random);
            case SidecarConfig.Embedded embedded -> open(embedded, unreadable, cleanups, clock, random);
            case SidecarConfig.Memory memory -> {
                var storage = InMemoryTokenStorage.open(memory.settings(), new MachineClock(clock), random, cleanups);
                yield new StoreBackend(storage, storage, storage.uses(), clock, () -> {}, () -> {}, "memory");
            }
        };
    }

    private static StoreBackend open(
            SidecarConfig.Kubernetes kubernetes,
            Consumer<String> unreadable,
            ReadListener reads,
            InstantSource clock,
            RandomGenerator random) {
        var config = KubernetesConfig.read(kubernetes.kubeconfig().orElse(null), null, LOG::warn);
        var namespace = kubernetes
                .namespace()
                .or(() -> Optional.ofNullable(config.getNamespace()).filter(name -> !name.isBlank()))
                .orElseThrow(() -> new StartException("the namespace of the store " + kubernetes.name()
                        + " is not known; give --store NAMESPACE/NAME or --namespace"));
        var connection = KubernetesConnection.open(config, clock);
        var storage = connection.storage(namespace, kubernetes.name(), random, unreadable);
        return new StoreBackend(
                storage,
                storage.cachedReads(kubernetes.serveStaleFor(), reads),
                storage.uses(),
                connection.clock(),
                storage::check,
                connection::close,
                namespace + "/" + kubernetes.name());
    }

    private static StoreBackend open(
            SidecarConfig.Embedded embedded,
            Consumer<String> unreadable,
            CleanupListener cleanups,
            InstantSource clock,
            RandomGenerator random) {
        try {
            var storage = SqliteTokenStorage.open(
                    embedded.file(), embedded.settings(), new MachineClock(clock), random, unreadable, cleanups);
            return new StoreBackend(
                    storage,
                    storage,
                    storage.uses(),
                    clock,
                    () -> storage.list(1, ""),
                    () -> {},
                    "file " + embedded.file());
        } catch (StorageException e) {
            throw new StartException("cannot use the file " + embedded.file() + ": " + e.getMessage(), e);
        }
    }
}
