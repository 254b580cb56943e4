package dev.tokenstore.sidecar;

import dev.tokenstore.runtime.Backoff;
import dev.tokenstore.store.StorageException;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether the store has answered once. A thread asks until it does, then never again: readiness does not depend on the
/// store being reachable at this moment, and a call that fails says why.
///
/// Thread-safe.
final class StoreReadiness implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreReadiness.class);

    private final Runnable check;
    private final Backoff backoff;
    private final Runnable whenReady;
    private final Thread thread;
    private volatile Optional<String> whyNotReady =
            Optional.of("the store has not answered yet; if this lasts, the API server is slow or cannot be reached");

    /// @param check asks the store; throws a [StorageException] that says why it cannot be used now
    /// @param backoff between attempts
    /// @param whenReady runs once, when the store has answered
    StoreReadiness(Runnable check, Backoff backoff, Runnable whenReady) {
        this.check = check;
        this.backoff = backoff;
        this.whenReady = whenReady;
        this.thread = Thread.ofVirtual().name("store-readiness").unstarted(this::askUntilReady);
    }

    void start() {
        thread.start();
    }

    /// Returns one sentence that says why the store cannot be used; empty once it has answered.
    Optional<String> whyNotReady() {
        return whyNotReady;
    }

    private void askUntilReady() {
        do {
            try {
                check.run();
                whyNotReady = Optional.empty();
                whenReady.run();
                LOG.info("the store answered; serving its tokens");
                return;
            } catch (StorageException e) {
                failed(String.valueOf(e.getMessage()), e.reason().name());
            } catch (RuntimeException e) {
                // a message of an unexpected exception may hold a value
                failed("asking the store failed with " + e.getClass().getName(), "INTERNAL");
            }
        } while (backoff.sleep());
    }

    private void failed(String sentence, String reason) {
        if (!whyNotReady.equals(Optional.of(sentence))) {
            LOG.atWarn()
                    .addKeyValue("reason", reason)
                    .log("not ready; the store is asked again until it answers: {}", sentence);
            whyNotReady = Optional.of(sentence);
        }
    }

    /// Stops asking; the sidecar is not ready from now on.
    @Override
    public void close() {
        thread.interrupt();
        whyNotReady = Optional.of("the sidecar is stopping");
    }
}
