package dev.tokenstore.store;

/// The outcome of saving a token as a new one ([TokenStore#saveNew]).
public sealed interface NewTokenResult {
    /// The token is stored; `token` is the whole of it.
    record Stored(StoredToken token) implements NewTokenResult {}

    /// There is, or was a moment ago, a row that a save of this token would update; nothing changed.
    record RowExists() implements NewTokenResult {}

    /// The id belongs to a token of this store that was deleted; it is not revived, nothing changed.
    record TokenDeleted() implements NewTokenResult {}

    /// The storage failed, and whether the token is stored is not known. Saving it again is safe.
    record Failed(StorageException why) implements NewTokenResult {}
}
