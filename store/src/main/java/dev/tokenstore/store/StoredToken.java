package dev.tokenstore.store;

import dev.tokenstore.api.RefreshClaim;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import java.time.Instant;
import java.util.Optional;

/// One row of a store: a token at rest. Immutable; its [#toString] holds no value.
///
/// @param fields all that is stored; the id is always among it
/// @param version opaque; raised by saves alone, and never the same for two rows, not even for two with the same id
/// @param createTime when the row was first saved, finer than a second; never changes
/// @param updateTime when the row was last saved
/// @param lastActive when the row was last saved or, as far as recorded, read
/// @param userSince since when the row has had its user; `createTime` if its user never changed
/// @param name the row's name in its storage, such as a Secret's name: safe to log, and the tie-breaker between rows of
///     the same age
/// @param handle by which the storage finds the row again
/// @param claim who refreshes the token; empty if that is nobody, or a claim at another version
public record StoredToken(
        TokenFields fields,
        String version,
        Instant createTime,
        Instant updateTime,
        Instant lastActive,
        Instant userSince,
        String name,
        Handle handle,
        Optional<RefreshClaim> claim) {
    public StoredToken {
        var current = version;
        claim = claim.filter(written -> written.version().equals(current));
    }

    /// A row without a claim.
    public StoredToken(
            TokenFields fields,
            String version,
            Instant createTime,
            Instant updateTime,
            Instant lastActive,
            Instant userSince,
            String name,
            Handle handle) {
        this(fields, version, createTime, updateTime, lastActive, userSince, name, handle, Optional.empty());
    }

    /// What a storage needs to replace or delete a row that it returned. Opaque to everyone else.
    public interface Handle {}

    public TokenId id() {
        return fields.id().orElseThrow();
    }

    /// This row with another claim, or without one.
    public StoredToken withClaim(Optional<RefreshClaim> other) {
        return new StoredToken(fields, version, createTime, updateTime, lastActive, userSince, name, handle, other);
    }
}
