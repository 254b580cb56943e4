package dev.tokenstore.store.kubernetes;

import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.TokenFields;
import java.time.Instant;
import java.util.List;
import java.util.OptionalInt;

/// A token as it stands in its Secret.
///
/// @param uid the Secret's, for preconditions
/// @param resourceVersion of the Secret as it was read; every write is guarded by it
/// @param confirmed false while the row may still turn out to be a twin; such a row is invisible to finds
/// @param userRank how many other rows had the user when this one was created; empty once the user has changed
/// @param writes the marks of the last writes, newest first
record SecretRow(
        String name,
        String uid,
        String resourceVersion,
        TokenFields fields,
        String version,
        boolean confirmed,
        Instant createTime,
        Instant updateTime,
        Instant userSince,
        OptionalInt userRank,
        List<String> writes)
        implements StoredToken {
    SecretRow {
        writes = List.copyOf(writes);
    }
}
