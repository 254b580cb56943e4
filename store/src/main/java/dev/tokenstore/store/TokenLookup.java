package dev.tokenstore.store;

import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import java.util.List;
import java.util.Optional;

/// Rows by value, before any rule decides between them. Values are compared exactly.
public interface TokenLookup {
    /// Returns the row with that id.
    ///
    /// @throws StorageException with reason `TOKEN_UNREADABLE` if there is one but it cannot be read
    Optional<StoredToken> byId(TokenId id);

    /// Returns the rows whose user is the one of `wanted`, in no particular order.
    ///
    /// Rows may be left out that cannot be the answer to rule R1.1 for `wanted`: those that have had the user for a
    /// shorter time than a returned one that has the wanted client, or than any returned one if `wanted` has no
    /// client.
    List<StoredToken> byUser(TokenFields wanted);

    /// Returns all rows with that refresh, grant or access token, in no particular order.
    List<StoredToken> byCredential(TokenField credential, SecretValue value);
}
