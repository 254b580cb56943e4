package dev.tokenstore.sidecar;

/// Asks whether the store is there and may be used.
@FunctionalInterface
interface StoreCheck {
    /// Returns if the store answered. May take a while; called by one thread at a time, interrupted at the end.
    ///
    /// @throws StorageException saying why it cannot be used now
    void check();
}
