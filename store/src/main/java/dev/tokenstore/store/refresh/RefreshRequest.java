package dev.tokenstore.store.refresh;

import java.time.Duration;
import java.util.Optional;

/// What a find says whose caller refreshes a due token itself.
///
/// @param minValidFor a token whose access token expires sooner than that is due
/// @param requestId the same for a find and its repetitions
/// @param abandonedClaim the nonce of a claim that its holder gives back
/// @param connection identifies the caller's connection; its claims are given back when it ends
/// @param timeout how long the find may take
/// @param waits receives the begin and the end of the find's wait
public record RefreshRequest(
        Duration minValidFor,
        Optional<String> requestId,
        Optional<String> abandonedClaim,
        Object connection,
        Duration timeout,
        WaitListener waits) {
    /// Receives the begin and the end of a wait, on the waiting thread.
    public interface WaitListener {
        /// Listens to nothing.
        WaitListener NONE = new WaitListener() {
            @Override
            public void begun() {}

            @Override
            public void ended() {}
        };

        void begun();

        void ended();
    }
}
