package dev.tokenstore.store.kubernetes;

import dev.tokenstore.runtime.Backoff;
import dev.tokenstore.store.StorageException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// Asks for the store's resource every 15 seconds, and more often while it cannot be asked for: then its answer says
/// that the API server is back. Runs on a thread of its own until it is closed.
final class StoreRefresher implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofSeconds(15);
    private static final Duration FIRST_RETRY = Duration.ofMillis(500);
    private static final Duration LONGEST_RETRY = Duration.ofSeconds(5);

    private final StoreResource resource;
    private final RandomGenerator random;
    private final Runnable answered;
    private final BiConsumer<StorageException, Long> failed;
    private final LongSupplier nanoTime;
    private final Semaphore hurries = new Semaphore(0);
    private final Thread thread = Thread.ofVirtual().name("store-refresher").unstarted(this::run);

    /// @param random for the jitter
    /// @param answered runs after each answer
    /// @param failed gets each failure, and when the request was sent
    /// @param nanoTime a monotonic timer, in nanoseconds
    StoreRefresher(
            StoreResource resource,
            RandomGenerator random,
            Runnable answered,
            BiConsumer<StorageException, Long> failed,
            LongSupplier nanoTime) {
        this.resource = resource;
        this.random = random;
        this.answered = answered;
        this.failed = failed;
        this.nanoTime = nanoTime;
    }

    void start() {
        resource.refreshedInBackground();
        thread.start();
    }

    /// Asks again soon: a request has just failed.
    void hurry() {
        hurries.release();
    }

    private void run() {
        var backoff = Backoff.withFullJitter(FIRST_RETRY, LONGEST_RETRY, random);
        try {
            while (true) {
                var millis = INTERVAL.toMillis();
                hurries.tryAcquire(random.nextLong(millis * 4 / 5, millis * 6 / 5), TimeUnit.MILLISECONDS);
                while (!isAnswered()) {
                    if (!backoff.sleep()) {
                        return;
                    }
                }
                backoff.reset();
                hurries.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isAnswered() {
        var askedAt = nanoTime.getAsLong();
        try {
            resource.check();
            answered.run();
            return true;
        } catch (StorageException e) {
            failed.accept(e, askedAt);
            return false;
        } catch (RuntimeException e) {
            return false; // for instance of a spec that cannot be read; it is tried again
        }
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
