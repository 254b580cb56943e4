package dev.tokenstore.cli.store;

import dev.tokenstore.cli.CommandException;
import dev.tokenstore.cli.ExitCode;
import org.jspecify.annotations.Nullable;

/// The store did not do what was asked. The same whichever way it is reached.
public final class StoreException extends CommandException {
    /// The reason where no sidecar answered; all others are those of the gRPC API (`docs/sidecar.md`).
    public static final String SIDECAR_UNAVAILABLE = "SIDECAR_UNAVAILABLE";

    private static final long serialVersionUID = 1;

    private final String reason;

    /// @param reason a stable name such as `TOKEN_DELETED` or `STORE_FULL`
    public StoreException(String reason, String message, @Nullable Throwable cause) {
        super(exitCodeOf(reason), message, cause);
        this.reason = reason;
    }

    private static ExitCode exitCodeOf(String reason) {
        return switch (reason) {
            case SIDECAR_UNAVAILABLE, "API_SERVER_UNAVAILABLE", "STORAGE_UNAVAILABLE", "DEADLINE_EXCEEDED" ->
                ExitCode.UNREACHABLE;
            case "STORE_NOT_ACCESSIBLE" -> ExitCode.DENIED;
            case "STORE_NOT_FOUND", "TOKEN_NOT_FOUND" -> ExitCode.NOT_FOUND;
            default -> ExitCode.FAILED;
        };
    }

    public String reason() {
        return reason;
    }
}
