package dev.tokenstore.cli.store;

import dev.tokenstore.cli.output.CommandException;
import dev.tokenstore.cli.output.ExitCode;
import dev.tokenstore.client.TokenStoreException;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// An operation that the store refused or could not carry out, whether it was reached directly or through a sidecar.
public final class StoreException extends CommandException {
    private static final long serialVersionUID = 1;

    private final @Nullable Reason reason;

    private StoreException(ExitCode exitCode, @Nullable Reason reason, String message, @Nullable Throwable cause) {
        super(exitCode, message, cause);
        this.reason = reason;
    }

    /// The values given were refused.
    public static StoreException refused(String message) {
        return new StoreException(ExitCode.FAILED, null, message, null);
    }

    public static StoreException of(StorageException e) {
        return new StoreException(exitCodeOf(e.reason()), e.reason(), String.valueOf(e.getMessage()), e);
    }

    public static StoreException of(TokenStoreException e) {
        var reason = e.reason()
                .flatMap(name -> Arrays.stream(Reason.values())
                        .filter(known -> known.name().equals(name))
                        .findFirst());
        var exitCode = reason.map(StoreException::exitCodeOf).orElseGet(() -> switch (e.status()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED, UNIMPLEMENTED -> ExitCode.UNREACHABLE;
            default -> ExitCode.FAILED;
        });
        return new StoreException(exitCode, reason.orElse(null), String.valueOf(e.getMessage()), e);
    }

    private static ExitCode exitCodeOf(Reason reason) {
        return switch (reason) {
            case API_SERVER_UNAVAILABLE, STORAGE_UNAVAILABLE -> ExitCode.UNREACHABLE;
            case STORE_NOT_ACCESSIBLE -> ExitCode.DENIED;
            case STORE_NOT_FOUND -> ExitCode.NOT_FOUND;
            case STORE_FULL,
                    STORAGE_FULL,
                    REFUSED_BY_POLICY,
                    TOKEN_UNREADABLE,
                    PAGE_TOKEN_EXPIRED,
                    TOO_MUCH_CONTENTION -> ExitCode.FAILED;
        };
    }

    /// Empty for other failures than those of a storage.
    public Optional<Reason> reason() {
        return Optional.ofNullable(reason);
    }
}
