package dev.tokenstore.cli.store;

import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A store, reached directly or through a sidecar. Implementations are thread-safe and follow the same rules
/// (`docs/semantics.md`).
///
/// All methods throw [StoreException] if the store refuses or fails.
public interface StoreAccess extends AutoCloseable {
    /// The store and the way to it, for people: `store crm-tokens/crm`, `the sidecar at 127.0.0.1:50051`.
    String description();

    /// Returns every token once, in no defined order. Pages are fetched as the stream is read, so its memory does
    /// not depend on the number of tokens; a stream that is read too slowly (minutes) ends with reason
    /// `PAGE_TOKEN_EXPIRED`.
    Stream<StoredToken> list();

    /// Returns the token that the given fields describe.
    Optional<StoredToken> find(TokenFields wanted);

    Optional<StoredToken> findById(TokenId id);

    /// Stores the given fields into the token they belong to, if it is still at that version.
    ///
    /// @return the whole token as it is stored now; empty if it is at another version, and nothing changed
    Optional<StoredToken> saveIfVersion(TokenFields given, String expectedVersion);

    /// Stores many new tokens; none of them changes a stored token. An id that is given is kept, unless another
    /// store generated it.
    ///
    /// @param given no two of them tokens that a save would put into one
    /// @return the outcome of each, in their order; a failure of one is no failure of the others
    List<NewToken> saveNew(List<TokenFields> given);

    /// Deletes the token with that id; an unknown id succeeds. The token is not revoked at its provider.
    void delete(TokenId id);

    /// Deletes every token of the store.
    ///
    /// @return the number of deleted tokens
    long deleteAll();

    @Override
    void close();

    /// The outcome of saving one token as a new one.
    sealed interface NewToken {
        /// The token is stored; `token` is the whole of it.
        record Stored(StoredToken token) implements NewToken {}

        /// There is, or was a moment ago, a token that a save of this one would change; nothing changed.
        record Exists() implements NewToken {}

        /// The token was not stored, as far as is known.
        record Failed(StoreException why) implements NewToken {}
    }
}
