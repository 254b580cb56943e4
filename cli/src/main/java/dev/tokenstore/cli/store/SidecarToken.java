package dev.tokenstore.cli.store;

import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.TokenFields;
import java.time.Instant;

/// Marks a token that a sidecar returned; the sidecar needs no handle to find its row again.
public enum SidecarToken implements StoredToken.Handle {
    HANDLE;

    /// A token with the times that a sidecar returns.
    public static StoredToken of(TokenFields fields, String version, Instant createTime, Instant updateTime) {
        return new StoredToken(fields, version, createTime, updateTime, updateTime, createTime, "", HANDLE);
    }
}
