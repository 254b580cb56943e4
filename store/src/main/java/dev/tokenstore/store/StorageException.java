package dev.tokenstore.store;

import org.jspecify.annotations.Nullable;

/// A storage failed; the values given were not the reason.
///
/// The message is one sentence for the caller that says what is wrong and what to do; it never holds a token's value.
public final class StorageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /// The reason; the names are part of the gRPC API (`google.rpc.ErrorInfo.reason`).
    public enum Reason {
        /// The Kubernetes API server did not answer; retrying may help.
        API_SERVER_UNAVAILABLE,
        /// The file or disk behind an embedded store did not answer; retrying may help.
        STORAGE_UNAVAILABLE,
        /// The caller's account may not use the store, or there is no such store: without rights the two look alike.
        STORE_NOT_ACCESSIBLE,
        /// There is no such store.
        STORE_NOT_FOUND,
        /// The store holds as many tokens as it may; stored tokens can still be saved.
        STORE_FULL,
        /// The namespace or the disk takes no more.
        STORAGE_FULL,
        /// An admission policy or webhook of the cluster refused the write.
        REFUSED_BY_POLICY,
        /// The row exists, but someone edited it into something that is not a token.
        TOKEN_UNREADABLE,
        /// A page token outlived the list it belongs to.
        PAGE_TOKEN_EXPIRED,
        /// Others kept changing the same row; retrying may help.
        TOO_MUCH_CONTENTION
    }

    private final Reason reason;

    public StorageException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public StorageException(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
