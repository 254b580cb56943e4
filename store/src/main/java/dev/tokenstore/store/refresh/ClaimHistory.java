package dev.tokenstore.store.refresh;

import dev.tokenstore.api.RefreshClaim;
import java.time.Duration;
import java.util.Optional;

/// What one process has seen of the claims on a row since the row was last saved. Immutable and pure.
///
/// A claim that lapses, is given back, or is followed by another one stands for a refresh that failed. After each
/// failure
/// the next claim lasts half as long, and after three there is none for a minute: callers then refresh as they would
/// without coordination. So all waits for a refresh that keeps failing are shorter than two claims in a minute.
///
/// Moments are those of a monotonic timer, in nanoseconds.
///
/// @param version of the row; a save ends what is known
/// @param last the claim that was on the row at the last look; empty if there was none
/// @param failures since the row was saved
/// @param failedAt when the last of them was noticed
record ClaimHistory(String version, Optional<SeenClaim> last, int failures, long failedAt) {
    private static final int MAX_FAILURES = 3;
    private static final Duration PAUSE = Duration.ofMinutes(1);

    /// A claim as this process sees it.
    ///
    /// @param seenAt when it was first seen
    /// @param hasFailed whether it has lapsed, and is counted
    record SeenClaim(RefreshClaim claim, long seenAt, boolean hasFailed) {
        private boolean isOver(Duration longest, long now) {
            return now - seenAt >= min(claim.duration(), longest).toNanos();
        }
    }

    /// Nothing is known of a row that has just been saved.
    static ClaimHistory of(String version) {
        return new ClaimHistory(version, Optional.empty(), 0, 0);
    }

    /// Returns what is known after a look at the row.
    ///
    /// @param rowVersion the row's version now
    /// @param claim on the row, at that version
    /// @param longest how long a claim may last, whatever it says
    ClaimHistory observed(String rowVersion, Optional<RefreshClaim> claim, Duration longest, long now) {
        if (!rowVersion.equals(version)) {
            return of(rowVersion).observed(rowVersion, claim, longest, now);
        }
        if (last.isEmpty()) {
            return new ClaimHistory(version, seen(claim, now), failures, failedAt);
        }
        var before = last.get();
        if (claim.filter(written -> written.nonce().equals(before.claim().nonce()))
                .isEmpty()) {
            return before.hasFailed()
                    ? new ClaimHistory(version, seen(claim, now), failures, failedAt)
                    : new ClaimHistory(version, seen(claim, now), failures + 1, now);
        }
        return before.hasFailed() || !before.isOver(longest, now)
                ? this
                : new ClaimHistory(
                        version, Optional.of(new SeenClaim(before.claim(), before.seenAt(), true)), failures + 1, now);
    }

    private static Optional<SeenClaim> seen(Optional<RefreshClaim> claim, long now) {
        return claim.map(written -> new SeenClaim(written, now, false));
    }

    /// The claim that is in force.
    Optional<RefreshClaim> inForce() {
        return last.filter(seen -> !seen.hasFailed()).map(SeenClaim::claim);
    }

    /// How long the claim in force lasts; zero without one.
    Duration left(Duration longest, long now) {
        return last.filter(seen -> !seen.hasFailed())
                .map(seen -> min(seen.claim().duration(), longest).minusNanos(now - seen.seenAt()))
                .filter(Duration::isPositive)
                .orElse(Duration.ZERO);
    }

    /// Whether nobody claims the row, or waits for it, because refreshes of it keep failing.
    boolean isPaused(long now) {
        return failures >= MAX_FAILURES && now - failedAt < PAUSE.toNanos();
    }

    /// How long the next claim lasts.
    Duration nextDuration(Duration longest) {
        return longest.dividedBy(1L << Math.min(failures, MAX_FAILURES - 1));
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
