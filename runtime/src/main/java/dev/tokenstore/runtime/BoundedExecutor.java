package dev.tokenstore.runtime;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;

/// Runs blocking work on virtual threads, a bounded number of tasks at a time. Thread-safe.
public final class BoundedExecutor implements AutoCloseable {
    private final Semaphore permits;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /// @param atOnce how many tasks run at a time, at least 1
    public BoundedExecutor(int atOnce) {
        if (atOnce < 1) {
            throw new IllegalArgumentException("at least one task must run at a time");
        }
        permits = new Semaphore(atOnce);
    }

    /// Runs a task on the caller's thread once fewer than the bound run.
    ///
    /// @throws InterruptedException if the thread is interrupted while it waits; the task has not run then
    public <T> T run(Supplier<T> task) throws InterruptedException {
        permits.acquire();
        try {
            return task.get();
        } finally {
            permits.release();
        }
    }

    /// Runs a task for each item, and waits until all have ended.
    ///
    /// @return the results, in the order of the items
    /// @throws InterruptedException if the thread is interrupted while it waits; tasks that run are interrupted too
    /// @throws RuntimeException the first failure in that order, when all have ended
    public <T, R> List<R> map(Collection<T> items, Function<T, R> task) throws InterruptedException {
        var calls = items.stream()
                .<Callable<R>>map(item -> () -> run(() -> task.apply(item)))
                .toList();
        var results = new ArrayList<R>(calls.size());
        for (var result : threads.invokeAll(calls)) {
            try {
                results.add(result.get());
            } catch (ExecutionException e) {
                if (e.getCause() instanceof RuntimeException failure) {
                    throw failure;
                }
                throw new IllegalStateException(e.getCause());
            }
        }
        return results;
    }

    /// Interrupts the tasks of [#map] that still run.
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
