package dev.tokenstore.runtime;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;

/// Runs blocking work on virtual threads, a bounded number of tasks at a time. Thread-safe.
public final class BoundedExecutor implements AutoCloseable {
    private final int atOnce;
    private final Semaphore permits;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /// @param atOnce how many tasks run at a time, at least 1
    public BoundedExecutor(int atOnce) {
        if (atOnce < 1) {
            throw new IllegalArgumentException("at least one task must run at a time");
        }
        this.atOnce = atOnce;
        this.permits = new Semaphore(atOnce);
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

    /// Runs a task for each item, in the order of the items, and waits until all have ended.
    ///
    /// @return the results, in the order of the items
    /// @throws InterruptedException if the thread is interrupted while it waits, which interrupts the tasks too, or if
    /// the
    ///     executor is closed
    /// @throws RuntimeException the first failure in that order, when all have ended
    public <T, R> List<R> map(Collection<T> items, Function<T, R> task) throws InterruptedException {
        var outcomes = items.stream()
                .map(item -> new FutureTask<>(() -> run(() -> task.apply(item))))
                .toList();
        var next = new AtomicInteger();
        var stopped = new AtomicBoolean();
        Callable<Void> worker = () -> {
            for (int i = next.getAndIncrement(); i < outcomes.size(); i = next.getAndIncrement()) {
                if (stopped.get() || threads.isShutdown()) {
                    outcomes.get(i).cancel(false);
                } else {
                    outcomes.get(i).run();
                }
            }
            return null;
        };
        try {
            threads.invokeAll(Collections.nCopies(Math.min(atOnce, items.size()), worker));
        } catch (InterruptedException e) {
            stopped.set(true);
            throw e;
        }
        var results = new ArrayList<R>(items.size());
        for (var outcome : outcomes) {
            try {
                results.add(outcome.get());
            } catch (CancellationException e) {
                throw new InterruptedException("the executor was closed");
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
