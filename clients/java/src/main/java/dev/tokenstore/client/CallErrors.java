package dev.tokenstore.client;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.Optional;

/// What a failed call means to the app.
final class CallErrors {
    private static final String DOMAIN = "tokenstore.dev";

    private CallErrors() {}

    /// Says what is wrong and what to do.
    ///
    /// @param address where the sidecar was looked for
    /// @param connected whether there is a connection to it
    /// @param timeout how long the call had
    static TokenStoreException explained(
            StatusRuntimeException failure, String address, boolean connected, Duration timeout) {
        var code = codeOf(failure);
        return errorInfoOf(failure)
                .map(info -> new TokenStoreException(
                        code,
                        info.getReason(),
                        info.getMetadataMap().get("current_version"),
                        descriptionOf(failure),
                        failure))
                .orElseGet(() -> new TokenStoreException(
                        code, "", null, withoutInfo(code, failure, address, connected, timeout), failure));
    }

    /// gRPC's transport says UNKNOWN where a connection breaks in the very moment in which a call is sent on it.
    private static Status.Code codeOf(StatusRuntimeException failure) {
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
                            .filter(info -> info.getDomain().equals(DOMAIN));
                } catch (InvalidProtocolBufferException e) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }

    /// A value that no message can hold; nothing is sent.
    static TokenStoreException malformed(Token.Field field) {
        return new TokenStoreException(
                Status.Code.INVALID_ARGUMENT,
                "INVALID_TOKEN",
                null,
                field.key() + " is malformed: it holds half of a UTF-16 surrogate pair",
                null);
    }

    private static String withoutInfo(
            Status.Code code, StatusRuntimeException failure, String address, boolean connected, Duration timeout) {
        switch (code) {
            case UNAVAILABLE:
                return unreachable(address, whatTheNetworkSaid(failure));
            case DEADLINE_EXCEEDED:
                return connected
                        ? "the token store sidecar at " + address + " did not answer within " + timeout.toMillis()
                                + " ms; a save or delete may have happened all the same, so ask again"
                        : unreachable(address, "no connection within " + timeout.toMillis() + " ms");
            case UNIMPLEMENTED:
                return "what answers at " + address
                        + " is no token store sidecar, or an older one; set TOKENSTORE_ADDRESS" + " to where one is";
            default:
                return "the call to the token store sidecar at " + address + " failed (" + descriptionOf(failure)
                        + "); its log may say more";
        }
    }

    private static String unreachable(String address, String why) {
        return "no token store sidecar can be reached at " + address + " (" + why
                + "); start one there, or set TOKENSTORE_ADDRESS to where one is";
    }

    /// The innermost cause, which is the network's; gRPC's own words are many lines.
    private static String whatTheNetworkSaid(StatusRuntimeException failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return failure.getCause() == null || root.getMessage() == null ? descriptionOf(failure) : root.getMessage();
    }

    /// What the transport or the sidecar said; neither knows a token's value.
    private static String descriptionOf(StatusRuntimeException failure) {
        var description = failure.getStatus().getDescription();
        return description == null
                ? failure.getStatus().getCode().name()
                : description.lines().findFirst().orElse("");
    }
}
