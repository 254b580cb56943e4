package dev.tokenstore.cli.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/// Blocking work on many things, a bounded number of them at a time.
public final class Turns {
    private Turns() {}

    /// Does the work for each.
    ///
    /// @param atOnce how many are worked on at a time
    /// @return the results, in the order of the things
    public static <T, R> List<R> inOrder(int atOnce, List<T> things, Function<T, R> work) {
        var turns = new Semaphore(atOnce);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var results = new ArrayList<R>();
            for (var result : threads.invokeAll(things.stream()
                    .<Callable<R>>map(thing -> () -> {
                        turns.acquire();
                        try {
                            return work.apply(thing);
                        } finally {
                            turns.release();
                        }
                    })
                    .toList())) {
                results.add(result.get());
            }
            return results;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreException("INTERRUPTED", "the command was interrupted; run it again", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }
}
