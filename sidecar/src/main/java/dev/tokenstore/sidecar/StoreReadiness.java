package dev.tokenstore.sidecar;

import dev.tokenstore.store.StorageException;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether the store has answered once. Asks until it does, then never again: readiness does not depend on the store
/// being reachable at this moment, and calls say for themselves when it is not.
///
/// Thread-safe.
final class StoreReadiness implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StoreReadiness.class);

    private final StoreCheck check;
    private final Pauses pauses;
    private final RandomGenerator random;
    private final Runnable whenReached;
    private final Thread thread;
    private volatile State state = new State(
            false, "the store has not answered yet; if this lasts, the API server is slow or cannot be reached");

    /// Whether the store may be used, and if not, why.
    record State(boolean isReady, String reason) {}

    /// The pauses between attempts: doubling from the first to the longest.
    record Pauses(Duration first, Duration longest) {}

    /// @param whenReached called once, when the store answered
    StoreReadiness(StoreCheck check, Pauses pauses, RandomGenerator random, Runnable whenReached) {
        this.check = check;
        this.pauses = pauses;
        this.random = random;
        this.whenReached = whenReached;
        this.thread = Thread.ofVirtual().name("store-readiness").unstarted(this::askUntilReached);
    }

    void start() {
        thread.start();
    }

    State state() {
        return state;
    }

    private void askUntilReached() {
        var pause = pauses.first();
        while (!Thread.currentThread().isInterrupted()) {
            try {
                check.check();
                state = new State(true, "");
                whenReached.run();
                LOG.info("the store answered; serving its tokens");
                return;
            } catch (StorageException e) {
                failed(String.valueOf(e.getMessage()), e.reason().name());
            } catch (RuntimeException e) {
                failed("asking the store failed with " + e.getClass().getName(), "INTERNAL");
            }
            try {
                Thread.sleep(pause.plusMillis(random.nextLong(pause.toMillis() / 4 + 1)));
            } catch (InterruptedException e) {
                return;
            }
            pause = pause.multipliedBy(2).compareTo(pauses.longest()) < 0 ? pause.multipliedBy(2) : pauses.longest();
        }
    }

    private void failed(String sentence, String reason) {
        if (!state.reason().equals(sentence)) {
            LOG.atWarn()
                    .addKeyValue("reason", reason)
                    .log("not ready, and asking the store again until it answers: {}", sentence);
            state = new State(false, sentence);
        }
    }

    /// Stops asking; from now on it is not ready.
    @Override
    public void close() {
        thread.interrupt();
        state = new State(false, "the sidecar is stopping");
    }
}
