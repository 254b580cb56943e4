package dev.tokenstore.store.refresh;

import dev.tokenstore.api.RefreshClaim;
import java.time.Duration;
import java.util.Optional;

/// What a find that will refresh does next with the row that it has found. Pure.
sealed interface RefreshStep {
    /// Returns the row as it is.
    record Return() implements RefreshStep {}

    /// Tells the caller to refresh under a claim that it holds already: its find is repeated.
    record RefreshUnder(RefreshClaim claim) implements RefreshStep {}

    /// Tries to write a claim on the row.
    ///
    /// @param duration of the claim
    record WriteClaim(Duration duration) implements RefreshStep {}

    /// Waits until the row changes, then looks at it again.
    ///
    /// @param atMost how long
    record Await(Duration atMost) implements RefreshStep {}

    /// What is known when a step is chosen.
    ///
    /// @param isDue whether the access token expires before the caller can use it
    /// @param isRefreshed whether another access token was stored since the caller began to wait
    /// @param history of the claims on the row, with the row as it is now
    /// @param longest how long a claim may last
    /// @param ownClaim the nonce of the claim that this caller was granted before
    /// @param mayClaim whether this process may write to the store
    /// @param waitForClaim how long a process that may not write waits for a claim of another one
    /// @param left how long the caller may wait yet; zero if it cannot wait at all
    record Situation(
            boolean isDue,
            boolean isRefreshed,
            ClaimHistory history,
            Duration longest,
            Optional<String> ownClaim,
            boolean mayClaim,
            Duration waitForClaim,
            Duration left,
            long now) {}

    /// Chooses the next step.
    static RefreshStep of(Situation at) {
        if (!at.isDue() || at.isRefreshed()) {
            return new Return();
        }
        var inForce = at.history().inForce();
        if (inForce.isPresent()) {
            if (at.ownClaim().filter(inForce.get().nonce()::equals).isPresent()) {
                return new RefreshUnder(inForce.get());
            }
            return await(at.history().left(at.longest(), at.now()), at.left());
        }
        if (at.history().isPaused(at.now())) {
            return new Return();
        }
        return at.mayClaim()
                ? new WriteClaim(at.history().nextDuration(at.longest()))
                : await(at.waitForClaim(), at.left());
    }

    private static RefreshStep await(Duration wanted, Duration left) {
        var atMost = wanted.compareTo(left) < 0 ? wanted : left;
        return atMost.isPositive() ? new Await(atMost) : new Return();
    }
}
