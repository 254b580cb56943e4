package dev.tokenstore.store.kubernetes;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/// Wakes those who wait for a change of a row. Thread-safe.
final class ChangeSignals {
    private final Map<String, CompletableFuture<Void>> next = new ConcurrentHashMap<>();

    /// Returns what completes at the next signal about the row of that name. Look at the row after this call, not
    /// before: a signal between the two would be missed.
    CompletableFuture<Void> next(String name) {
        return next.computeIfAbsent(name, missing -> new CompletableFuture<>());
    }

    /// Wakes all who wait for the row of that name.
    void signal(String name) {
        if (!next.isEmpty()) {
            var waiting = next.remove(name);
            if (waiting != null) {
                waiting.complete(null);
            }
        }
    }
}
