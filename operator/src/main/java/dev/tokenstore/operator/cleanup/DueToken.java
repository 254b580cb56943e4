package dev.tokenstore.operator.cleanup;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.operator.token.IndexedToken;

/// A token that is due, as it was when that was decided.
public record DueToken(IndexedToken token, EndReason reason) {}
