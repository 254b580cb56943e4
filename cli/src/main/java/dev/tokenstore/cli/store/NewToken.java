package dev.tokenstore.cli.store;

import dev.tokenstore.client.TokenRecord;

/// What became of a token that was saved as a new one ([StoreAccess#saveNew]).
public sealed interface NewToken {
    /// It is stored; `token` is the whole of it.
    record Stored(TokenRecord token) implements NewToken {}

    /// There is, or was a moment ago, a token that a save of this one would change; nothing changed.
    record Exists() implements NewToken {}

    /// It was not stored, as far as is known.
    record Failed(StoreException why) implements NewToken {}
}
