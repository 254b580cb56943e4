package dev.tokenstore.store.refresh;

import java.time.Duration;

/// Receives what becomes of refreshes, for metrics and logs. Its methods run on the calls' threads and must neither
/// block
/// nor throw.
public interface RefreshListener {
    /// How a wait ended.
    enum WaitOutcome {
        /// Another caller refreshed the token.
        REFRESHED,
        /// The caller was told to refresh it.
        CLAIMED,
        /// The caller got the token as it was.
        GAVE_UP
    }

    /// A caller was told to refresh.
    void claimed();

    /// A claim ended without a save, as far as this process has seen.
    ///
    /// @param row the storage's name of the row; it is safe to log
    void failed(String row);

    /// A find has waited.
    void waited(Duration duration, WaitOutcome outcome);

    /// Listens to nothing.
    static RefreshListener none() {
        return new RefreshListener() {
            @Override
            public void claimed() {}

            @Override
            public void failed(String row) {}

            @Override
            public void waited(Duration duration, WaitOutcome outcome) {}
        };
    }
}
