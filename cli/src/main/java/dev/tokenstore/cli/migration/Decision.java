package dev.tokenstore.cli.migration;

import dev.tokenstore.store.token.TokenFields;
import java.util.Optional;

/// The decision about a row of the source.
sealed interface Decision {
    /// The token that the row belongs to: stored, or stored by this import.
    TokenDigest token();

    /// No token matches: the row becomes a new one.
    ///
    /// @param fields what to store; without an id if it gets a new one
    /// @param newId why it cannot keep its id; empty if it keeps it, or has none
    record Create(TokenDigest token, TokenFields fields, Optional<String> newId) implements Decision {}

    /// The row's access token is newer than the token's, or the row has what the token lacks.
    ///
    /// @param given what to write into the token
    /// @param newer whether the row's access token is the newer one
    record Update(TokenDigest token, TokenFields given, boolean newer) implements Decision {}

    /// All fields of the row are stored.
    record Unchanged(TokenDigest token) implements Decision {}

    /// The token is as new as the row or newer, and has other values: it is kept.
    record Keep(TokenDigest token) implements Decision {}
}
