package dev.tokenstore.store;

import java.util.Optional;

/// The outcome of a save.
public sealed interface SaveResult {
    /// The token is stored; `token` is the whole of it.
    record Saved(StoredToken token) implements SaveResult {}

    /// The row was not at the expected version, so nothing changed; `currentVersion` is empty where there is no row.
    record VersionConflict(Optional<String> currentVersion) implements SaveResult {}

    /// The id belongs to a token of this store that was deleted; a late save does not revive it, nothing changed.
    record TokenDeleted() implements SaveResult {}
}
