package dev.tokenstore.client;

import io.grpc.Status;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The token store did not do what was asked.
///
/// The message is one sentence that says what is wrong and what to do; it never holds a value of a token.
public final class TokenStoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Status.Code code;
    private final String reason;
    private final @Nullable String currentVersion;

    TokenStoreException(
            Status.Code code,
            String reason,
            @Nullable String currentVersion,
            String message,
            @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.reason = reason;
        this.currentVersion = currentVersion;
    }

    /// The gRPC status.
    public Status.Code code() {
        return code;
    }

    /// Why, as a stable name such as `TOKEN_DELETED` or `STORE_NOT_ACCESSIBLE` (`google.rpc.ErrorInfo.reason`); `""`
    /// where no sidecar answered.
    public String reason() {
        return reason;
    }

    /// With reason `VERSION_CONFLICT`: the version the token has now; empty where there is no token.
    public Optional<String> currentVersion() {
        return Optional.ofNullable(currentVersion).filter(version -> !version.isEmpty());
    }
}
