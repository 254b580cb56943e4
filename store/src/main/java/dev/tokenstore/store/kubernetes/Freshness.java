package dev.tokenstore.store.kubernetes;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// How old a cached row may be when a read returns it. Pure.
///
/// @param serveStaleFor how long rows are served after the API server was last heard of; zero: not at all
record Freshness(Duration serveStaleFor) {
    /// The bound within which a read sees what others saved.
    static final Duration MAX_AGE = Duration.ofSeconds(1);

    /// Where the access token is about to be renewed: at most ten requests a second for a token.
    static final Duration MAX_AGE_NEAR_EXPIRY = Duration.ofMillis(100);

    private static final Duration NEAR_BEFORE = Duration.ofSeconds(10);
    private static final Duration NEAR_AFTER = Duration.ofMinutes(1);

    /// Returns how long ago the API server may have been asked for the row.
    ///
    /// A token that nobody renews is not near its expiry for ever, and one without an expiry never.
    ///
    /// @param expiry of the access token; empty if unknown
    /// @param now by the API server's clock
    Duration maxAge(Optional<Instant> expiry, Instant now) {
        return expiry.filter(
                        moment -> !now.isBefore(moment.minus(NEAR_BEFORE)) && now.isBefore(moment.plus(NEAR_AFTER)))
                .map(near -> MAX_AGE_NEAR_EXPIRY)
                .orElse(MAX_AGE);
    }

    /// Returns whether a row may be returned although the API server cannot be asked for it.
    ///
    /// @param sinceHeard since the API server last told something about the token or its store
    boolean mayServeStale(Optional<Instant> expiry, Instant now, Duration sinceHeard) {
        return !serveStaleFor.isZero()
                && sinceHeard.compareTo(serveStaleFor) <= 0
                && expiry.filter(moment -> !now.isBefore(moment)).isEmpty();
    }
}
