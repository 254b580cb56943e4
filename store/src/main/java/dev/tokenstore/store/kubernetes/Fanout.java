package dev.tokenstore.store.kubernetes;

import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Sends several requests at once and waits for all of them; [SecretApi] bounds how many are under way.
final class Fanout implements AutoCloseable {
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

    /// Returns the requests' results in their order.
    ///
    /// @throws StorageException the first failure, when all have ended
    <T> List<T> all(List<Callable<T>> requests) {
        try {
            var results = new ArrayList<T>();
            for (var request : executor.invokeAll(requests)) {
                results.add(request.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StorageException(
                    Reason.API_SERVER_UNAVAILABLE,
                    "the call was given up before the API server answered; try again",
                    e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
    }
}
