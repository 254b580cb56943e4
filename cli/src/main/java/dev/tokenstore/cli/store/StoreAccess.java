package dev.tokenstore.cli.store;

import dev.tokenstore.client.TokenRecord;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A store as commands reach it. Implementations are thread-safe, and follow the same rules (`docs/semantics.md`).
///
/// All methods throw [StoreException] when the store does not do what is asked.
public interface StoreAccess extends AutoCloseable {
    /// Which store this is, and how it is reached, for people: `store crm-tokens/crm`, `the sidecar at
    /// 127.0.0.1:50051`.
    String description();

    /// Every token once, in no order to rely on. Read page by page as the stream is read, so the memory it takes does
    /// not depend on the number of tokens; a stream that is read too slowly (minutes) ends with reason
    /// `PAGE_TOKEN_EXPIRED`.
    Stream<TokenRecord> list();

    /// The token that the given fields describe.
    Optional<TokenRecord> find(TokenRecord wanted);

    /// The token with that id.
    Optional<TokenRecord> findById(String id);

    /// Stores the given fields into the token they belong to, or as a new one; an id that is given and not one that
    /// another store generated is kept.
    ///
    /// @return the whole token as it is stored now, with its id
    TokenRecord save(TokenRecord given);

    /// The same, if the token is still at that version; otherwise fails with reason `VERSION_CONFLICT`.
    TokenRecord save(TokenRecord given, String expectedVersion);

    /// Stores tokens that are new, many at once; none of them changes a token that is stored.
    ///
    /// @param given no two of them tokens that a save would put into one
    /// @return what became of each, in their order; a failure of one is no failure of the others
    List<NewToken> saveNew(List<TokenRecord> given);

    /// Deletes the token with that id; what is not there counts as deleted. It is not revoked at its provider.
    void delete(String id);

    /// Deletes every token of the store.
    ///
    /// @return how many were deleted
    long deleteAll();

    @Override
    void close();
}
