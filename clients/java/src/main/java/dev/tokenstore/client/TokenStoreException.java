package dev.tokenstore.client;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A call to the token store that failed.
///
/// The message is one sentence that says what is wrong and what to do; it never holds a value of a token.
public final class TokenStoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private static final String DOMAIN = "tokenstore.dev";

    private final StatusCode status;
    private final @Nullable String reason;
    private final @Nullable String currentVersion;

    private TokenStoreException(StatusCode status, ErrorInfo info, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.status = status;
        this.reason = info.reason();
        this.currentVersion = info.metadata().get("current_version");
    }

    /// @param address where the sidecar was expected
    /// @param timeout the time limit of the call
    static TokenStoreException of(Call call, Reply reply, String address, Duration timeout) {
        var info = ErrorInfo.of(reply.details());
        var isTheStores = info.domain().equals(DOMAIN) && !info.reason().isEmpty();
        return new TokenStoreException(
                reply.status(),
                isTheStores ? info : ErrorInfo.NONE,
                isTheStores ? reply.description() : messageWithoutInfo(call, reply, address, timeout),
                reply.cause());
    }

    /// The gRPC status.
    public StatusCode status() {
        return status;
    }

    /// The store's stable name for what is wrong, such as `TOKEN_DELETED` or `STORE_NOT_ACCESSIBLE`
    /// (`google.rpc.ErrorInfo.reason`); empty where no sidecar answered.
    public Optional<String> reason() {
        return present(reason);
    }

    /// With reason `VERSION_CONFLICT`: the version the token has now; empty where there is no token.
    public Optional<String> currentVersion() {
        return present(currentVersion);
    }

    /// Returns the store's exception among an exception and its causes.
    public static Optional<TokenStoreException> behind(@Nullable Throwable error) {
        for (var each = error; each != null; each = each.getCause()) {
            if (each instanceof TokenStoreException) {
                return Optional.of((TokenStoreException) each);
            }
        }
        return Optional.empty();
    }

    /// Whether an exception, or a cause of it, says that the token of the call no longer exists: it was deleted, or its
    /// session ended (reason `TOKEN_NOT_FOUND` or `TOKEN_DELETED`).
    public static boolean isTokenGone(@Nullable Throwable error) {
        return behind(error)
                .flatMap(TokenStoreException::reason)
                .filter(reason -> reason.equals("TOKEN_NOT_FOUND") || reason.equals("TOKEN_DELETED"))
                .isPresent();
    }

    private static Optional<String> present(@Nullable String value) {
        return Optional.ofNullable(value).filter(text -> !text.isEmpty());
    }

    private static String messageWithoutInfo(Call call, Reply reply, String address, Duration timeout) {
        switch (reply.kind()) {
            case NOT_CONNECTED:
                return unreachable(address, reply.description());
            case NOT_CONNECTED_IN_TIME:
                return unreachable(address, "no connection within " + timeout.toMillis() + " ms");
            case NOT_ANSWERED_IN_TIME:
                return late(call, address, timeout);
            case NOT_PROCESSED:
                return "the token store sidecar at " + address + " did not take the call (" + reply.description()
                        + "); try again";
            case BROKEN:
                return "the connection to the token store sidecar at " + address + " broke during the call ("
                        + reply.description() + "); " + call.advice();
            case INTERRUPTED:
                return "the thread was interrupted while it waited for the token store sidecar at " + address + "; "
                        + call.advice();
            case CLOSED:
                return "this TokenStoreClient is closed; make a new one";
            case ANSWERED:
                return messageOf(call, reply, address, timeout);
        }
        throw new IllegalStateException(reply.kind().name());
    }

    private static String messageOf(Call call, Reply reply, String address, Duration timeout) {
        switch (reply.status()) {
            case UNAVAILABLE:
                return unreachable(address, reply.description());
            case DEADLINE_EXCEEDED:
                return late(call, address, timeout);
            case UNIMPLEMENTED:
                return "what answers at " + address
                        + " is no token store sidecar, or an older one; set TOKENSTORE_ADDRESS to where one is";
            default:
                return "the call to the token store sidecar at " + address + " failed (" + reply.description()
                        + "); its log may say more";
        }
    }

    private static String late(Call call, String address, Duration timeout) {
        return "the token store sidecar at " + address + " did not answer within " + timeout.toMillis() + " ms; "
                + call.advice();
    }

    private static String unreachable(String address, String why) {
        return "no token store sidecar can be reached at " + address + " (" + why
                + "); start one there, or set TOKENSTORE_ADDRESS to where one is";
    }
}
