package dev.tokenstore.operator.token;

import dev.tokenstore.api.TokenFacts;

/// The operator's index entry of a token's Secret.
///
/// @param store the store whose label it carries
/// @param terminating whether it is being deleted already and waits for a finalizer
public record IndexedToken(
        String name, String uid, String resourceVersion, String store, boolean terminating, TokenFacts facts) {}
