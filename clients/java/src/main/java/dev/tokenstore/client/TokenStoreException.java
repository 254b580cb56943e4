package dev.tokenstore.client;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A call to the token store that failed.
///
/// The message is one sentence that says what is wrong and what to do; it never holds a value of a token.
public final class TokenStoreException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private static final String DOMAIN = "tokenstore.dev";

    private final Status.Code status;
    private final @Nullable String reason;
    private final @Nullable String currentVersion;

    private TokenStoreException(Status.Code status, ErrorInfo info, String message, Throwable cause) {
        super(message, cause);
        this.status = status;
        this.reason = info.getReason();
        this.currentVersion = info.getMetadataMap().get("current_version");
    }

    /// @param address where the sidecar was expected
    /// @param connected whether there is a connection to it
    /// @param timeout the time limit of the call
    static TokenStoreException of(StatusRuntimeException failure, String address, boolean connected, Duration timeout) {
        var status = statusOf(failure);
        var info = errorInfoOf(failure);
        var message = info.isPresent()
                ? descriptionOf(failure)
                : messageWithoutInfo(status, failure, address, connected, timeout);
        return new TokenStoreException(status, info.orElse(ErrorInfo.getDefaultInstance()), message, failure);
    }

    /// The gRPC status.
    public Status.Code status() {
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

    /// The transport reports `UNKNOWN` for a connection that breaks while a call is being sent.
    private static Status.Code statusOf(StatusRuntimeException failure) {
        var code = failure.getStatus().getCode();
        var broke = code == Status.Code.UNKNOWN && failure.getCause() instanceof ClosedChannelException;
        return broke ? Status.Code.UNAVAILABLE : code;
    }

    private static Optional<ErrorInfo> errorInfoOf(StatusRuntimeException failure) {
        var status = StatusProto.fromThrowable(failure);
        if (status == null) {
            return Optional.empty();
        }
        for (var detail : status.getDetailsList()) {
            if (detail.is(ErrorInfo.class)) {
                try {
                    return Optional.of(detail.unpack(ErrorInfo.class))
                            .filter(info -> info.getDomain().equals(DOMAIN)
                                    && !info.getReason().isEmpty());
                } catch (InvalidProtocolBufferException e) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    private static String messageWithoutInfo(
            Status.Code status, StatusRuntimeException failure, String address, boolean connected, Duration timeout) {
        switch (status) {
            case UNAVAILABLE:
                return unreachable(address, networkErrorOf(failure));
            case DEADLINE_EXCEEDED:
                return connected
                        ? "the token store sidecar at " + address + " did not answer within " + timeout.toMillis()
                                + " ms; a save or delete may have happened all the same, so ask again"
                        : unreachable(address, "no connection within " + timeout.toMillis() + " ms");
            case UNIMPLEMENTED:
                return "what answers at " + address
                        + " is no token store sidecar, or an older one; set TOKENSTORE_ADDRESS to where one is";
            default:
                return "the call to the token store sidecar at " + address + " failed (" + descriptionOf(failure)
                        + "); its log may say more";
        }
    }

    private static String unreachable(String address, String why) {
        return "no token store sidecar can be reached at " + address + " (" + why
                + "); start one there, or set TOKENSTORE_ADDRESS to where one is";
    }

    /// The innermost cause: gRPC's own description has many lines.
    private static String networkErrorOf(StatusRuntimeException failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return failure.getCause() == null || root.getMessage() == null ? descriptionOf(failure) : root.getMessage();
    }

    private static String descriptionOf(StatusRuntimeException failure) {
        var description = failure.getStatus().getDescription();
        return description == null
                ? failure.getStatus().getCode().name()
                : description.lines().findFirst().orElse("");
    }
}
