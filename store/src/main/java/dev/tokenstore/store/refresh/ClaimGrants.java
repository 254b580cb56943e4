package dev.tokenstore.store.refresh;

import dev.tokenstore.api.RefreshClaim;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.TokenId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/// The claims that this process has granted to its callers. Thread-safe.
final class ClaimGrants {
    /// Long after any claim has lapsed.
    private static final long KEPT_NANOS = Duration.ofMinutes(10).toNanos();

    private static final int MAX_BEFORE_SWEEP = 1_000;

    private final Map<String, Grant> grants = new ConcurrentHashMap<>();
    private final LongSupplier nanoTime;

    /// @param id of the token
    record Grant(String nonce, TokenId id, Optional<String> requestId, Object connection, long at) {}

    ClaimGrants(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    void add(StoredToken row, RefreshClaim claim, RefreshRequest request) {
        var now = nanoTime.getAsLong();
        if (grants.size() >= MAX_BEFORE_SWEEP) {
            grants.values().removeIf(grant -> now - grant.at() > KEPT_NANOS);
        }
        grants.put(claim.nonce(), new Grant(claim.nonce(), row.id(), request.requestId(), request.connection(), now));
    }

    /// The nonce of the claim on `row` that an earlier find with that request's id was granted.
    Optional<String> of(StoredToken row, RefreshRequest request) {
        return row.claim()
                .flatMap(claim -> Optional.ofNullable(grants.get(claim.nonce())))
                .filter(grant ->
                        request.requestId().isPresent() && grant.requestId().equals(request.requestId()))
                .map(Grant::nonce);
    }

    /// Ends a grant.
    Optional<Grant> remove(String nonce) {
        return Optional.ofNullable(grants.remove(nonce));
    }

    /// Ends the grants of a connection.
    List<Grant> removeOf(Object connection) {
        var ended = grants.values().stream()
                .filter(grant -> grant.connection().equals(connection))
                .toList();
        ended.forEach(grant -> grants.remove(grant.nonce()));
        return ended;
    }
}
