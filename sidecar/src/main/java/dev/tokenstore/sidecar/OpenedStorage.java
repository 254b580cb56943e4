package dev.tokenstore.sidecar;

import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.UseRecorder;

/// A storage that is ready to be asked, whether or not what is behind it answers yet.
///
/// @param storage closed by the sidecar
/// @param uses records last use in the storage
/// @param check how to find out whether the store answers
/// @param connection what the storage stands on, closed after it
/// @param description what it is, for people: no secret in it
record OpenedStorage(
        TokenStorage storage, UseRecorder uses, StoreCheck check, Connection connection, String description) {
    /// Something to close.
    @FunctionalInterface
    interface Connection extends AutoCloseable {
        @Override
        void close();
    }
}
