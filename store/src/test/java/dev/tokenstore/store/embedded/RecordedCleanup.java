package dev.tokenstore.store.embedded;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.store.StorageException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

/// Remembers what a cleanup told.
public final class RecordedCleanup implements CleanupListener {
    private final List<Map<EndReason, Integer>> deletions = new CopyOnWriteArrayList<>();
    private final List<StorageException> failures = new CopyOnWriteArrayList<>();

    @Override
    public void deleted(Map<EndReason, Integer> deleted) {
        deletions.add(deleted);
    }

    @Override
    public void cleanupFailed(StorageException failure) {
        failures.add(failure);
    }

    public List<Map<EndReason, Integer>> deletions() {
        return deletions;
    }

    public List<StorageException> failures() {
        return failures;
    }
}
