package dev.tokenstore.operator.cleanup;

import dev.tokenstore.api.EndReason;

/// A token to be deleted, as it was when that was decided.
public record DueToken(IndexedToken token, EndReason reason) {}
