package dev.tokenstore.store;

import java.util.Optional;

/// When a save happens.
///
/// @param expectedVersion the version that the row must have (rule R12); empty: any
/// @param claim under which the token was refreshed: what another caller's refresh has saved meanwhile is kept
public record SaveCondition(Optional<String> expectedVersion, Optional<HeldClaim> claim) {
    /// The save happens whatever is stored.
    public static final SaveCondition NONE = new SaveCondition(Optional.empty(), Optional.empty());

    public static SaveCondition ofVersion(String expectedVersion) {
        return new SaveCondition(Optional.of(expectedVersion), Optional.empty());
    }
}
