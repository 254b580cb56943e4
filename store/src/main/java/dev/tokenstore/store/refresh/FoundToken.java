package dev.tokenstore.store.refresh;

import dev.tokenstore.store.HeldClaim;
import dev.tokenstore.store.StoredToken;
import java.util.Optional;

/// What a find that will refresh returns.
///
/// @param claim that the caller holds: it refreshes now; empty: it uses the token, or decides by itself
public record FoundToken(StoredToken token, Optional<HeldClaim> claim) {}
