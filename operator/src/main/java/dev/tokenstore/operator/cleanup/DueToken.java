package dev.tokenstore.operator.cleanup;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.operator.token.IndexedToken;

/// A token to be deleted, as it was when that was decided.
public record DueToken(IndexedToken token, EndReason reason) {}
