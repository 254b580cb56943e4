package dev.tokenstore.sidecar;

import dev.tokenstore.store.memory.InMemoryTokenStorage;
import java.time.InstantSource;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// Opens the storage that the settings name.
final class Storages {
    private Storages() {}

    /// @param unreadable told the name of each row that is skipped because it cannot be read
    /// @throws StartException if the storage can never work as the settings are
    static OpenedStorage open(
            SidecarConfig.Backend backend, Consumer<String> unreadable, InstantSource clock, RandomGenerator random) {
        return switch (backend) {
            case SidecarConfig.Kubernetes kubernetes ->
                throw new StartException("this build cannot serve a store in a cluster yet");
            case SidecarConfig.Embedded embedded ->
                new OpenedStorage(new InMemoryTokenStorage(clock, random), () -> {}, "embedded " + embedded.file());
        };
    }
}
