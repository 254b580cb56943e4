package dev.tokenstore.store.embedded;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.store.StorageException;
import java.util.Map;

/// Callbacks of an embedded storage's cleanup, called by one thread at a time.
public interface CleanupListener {
    /// Rows were deleted because their time was over.
    ///
    /// @param deleted how many by reason, of the reasons of which there were any
    default void deleted(Map<EndReason, Integer> deleted) {}

    /// The cleanup failed; it is tried again.
    default void cleanupFailed(StorageException failure) {}
}
