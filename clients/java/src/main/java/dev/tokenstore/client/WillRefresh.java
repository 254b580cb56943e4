package dev.tokenstore.client;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// What a caller says in a find that refreshes a due token itself. Immutable.
///
/// Of all such callers one is told to refresh: the token that it finds has a claim ([TokenRecord#claim]), which it
/// gives
/// to its save. The finds of the others wait until it has saved, and return what it saved.
public final class WillRefresh {
    private final Duration minValidFor;
    private final @Nullable String abandonedClaim;

    private WillRefresh(Duration minValidFor, @Nullable String abandonedClaim) {
        this.minValidFor = minValidFor;
        this.abandonedClaim = abandonedClaim;
    }

    /// @param minValidFor a token whose access token expires sooner is due; at most one hour
    public static WillRefresh within(Duration minValidFor) {
        return new WillRefresh(minValidFor, null);
    }

    /// Gives a claim back whose holder did not refresh.
    ///
    /// @param nonce of the claim
    public WillRefresh abandoning(String nonce) {
        return new WillRefresh(minValidFor, nonce);
    }

    Duration minValidFor() {
        return minValidFor;
    }

    Optional<String> abandonedClaim() {
        return Optional.ofNullable(abandonedClaim);
    }
}
