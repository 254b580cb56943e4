package dev.tokenstore.store;

/// Records that tokens were used, so that their sessions go on.
@FunctionalInterface
public interface UseRecorder {
    /// Records nothing: for callers whose reads do not prolong a session.
    UseRecorder NONE = token -> {};

    /// Records that a caller read the token just now. Does not block.
    void recordUse(StoredToken token);
}
