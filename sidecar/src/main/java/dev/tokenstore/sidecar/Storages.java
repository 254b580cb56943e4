package dev.tokenstore.sidecar;

import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.sqlite.SqliteTokenStorage;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Opens the storage that the settings name.
final class Storages {
    private Storages() {}

    /// @param unreadable told the name of each row that is skipped because it cannot be read; must not block
    /// @throws StartException if the storage can never work as the settings are
    static OpenedStorage open(
            SidecarConfig.Backend backend, Consumer<String> unreadable, InstantSource clock, RandomGenerator random) {
        return switch (backend) {
            case SidecarConfig.Kubernetes kubernetes ->
                throw new StartException("this build cannot serve a store in a cluster yet; give --embedded");
            case SidecarConfig.Embedded embedded -> open(embedded, unreadable, clock, random);
        };
    }

    private static OpenedStorage open(
            SidecarConfig.Embedded embedded, Consumer<String> unreadable, InstantSource clock, RandomGenerator random) {
        try {
            var storage = new SqliteTokenStorage(embedded.file(), clock, random, unreadable);
            return new OpenedStorage(storage, () -> storage.list(1, ""), "file " + embedded.file());
        } catch (StorageException e) {
            throw new StartException("cannot use the file " + embedded.file() + ": " + e.getMessage(), e);
        }
    }
}
