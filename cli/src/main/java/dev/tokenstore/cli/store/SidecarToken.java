package dev.tokenstore.cli.store;

import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.TokenFields;
import java.time.Instant;

/// A token as a sidecar returns it.
public record SidecarToken(TokenFields fields, String version, Instant createTime, Instant updateTime)
        implements StoredToken {
    @Override
    public Instant lastActive() {
        return updateTime;
    }

    @Override
    public Instant userSince() {
        return createTime;
    }

    @Override
    public String name() {
        return "";
    }
}
