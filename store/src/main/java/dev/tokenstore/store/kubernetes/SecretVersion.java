package dev.tokenstore.store.kubernetes;

import dev.tokenstore.store.StoredToken;
import java.util.List;

/// The version of a Secret that a row was read from.
///
/// @param uid the Secret's, a precondition of every write
/// @param resourceVersion the Secret's, a precondition of every write but plain deletions
/// @param nonces of the last writes, newest first
record SecretVersion(String uid, String resourceVersion, List<String> nonces) implements StoredToken.Handle {
    SecretVersion {
        nonces = List.copyOf(nonces);
    }

    static SecretVersion of(StoredToken row) {
        if (row.handle() instanceof SecretVersion version) {
            return version;
        }
        throw new IllegalArgumentException("the row is from another storage: " + row.name());
    }
}
