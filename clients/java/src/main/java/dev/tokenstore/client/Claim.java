package dev.tokenstore.client;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A caller's claim to refresh a token: while it is in force, no other caller is told to refresh it. Immutable.
public final class Claim {
    private final String nonce;
    private final String version;

    Claim(String nonce, String version) {
        this.nonce = nonce;
        this.version = version;
    }

    /// Identifies this claim.
    public String nonce() {
        return nonce;
    }

    /// The version of the token that is to be refreshed.
    public String version() {
        return version;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Claim && nonce.equals(((Claim) other).nonce) && version.equals(((Claim) other).version);
    }

    @Override
    public int hashCode() {
        return Objects.hash(nonce, version);
    }

    @Override
    public String toString() {
        return "Claim[" + nonce + "]";
    }
}
