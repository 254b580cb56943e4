package dev.tokenstore.store.embedded;

import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StoreSettings;

/// The limit of an embedded store.
public final class MaxTokens {
    private MaxTokens() {}

    /// @param tokens how many the store holds
    /// @throws StorageException with reason `STORE_FULL` if it takes no new one
    public static void requireRoom(StoreSettings settings, long tokens) {
        settings.maxTokens().filter(max -> tokens >= max).ifPresent(max -> {
            throw new StorageException(
                    StorageException.Reason.STORE_FULL,
                    "the store holds " + tokens + " of the " + max
                            + " tokens that it may hold; delete some, or raise --max-tokens");
        });
    }
}
