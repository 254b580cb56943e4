package dev.tokenstore.store.sqlite;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.store.StorageException;
import java.util.Map;

/// Hears what the cleanup of a file does. Called by one thread at a time.
public interface CleanupListener {
    /// Rows were deleted because their time was over.
    ///
    /// @param deleted how many by reason, of the reasons of which there were any
    void deleted(Map<EndReason, Integer> deleted);

    /// The file could not be cleaned up now; it is tried again.
    void cleanupFailed(StorageException failure);
}
