package dev.tokenstore.client;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.Optional;

/// What a failed call means to the app.
final class CallErrors {
    private static final String DOMAIN = "tokenstore.dev";

    private CallErrors() {}

    /// @param address where the sidecar was looked for
    /// @param timeout how long the call had
    static TokenStoreException explained(StatusRuntimeException failure, String address, Duration timeout) {
        var code = failure.getStatus().getCode();
        return errorInfoOf(failure)
                .map(info -> new TokenStoreException(
                        code,
                        info.getReason(),
                        info.getMetadataMap().get("current_version"),
                        descriptionOf(failure),
                        failure))
                .orElseGet(
                        () -> new TokenStoreException(code, "", null, withoutInfo(failure, address, timeout), failure));
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

    private static String withoutInfo(StatusRuntimeException failure, String address, Duration timeout) {
        var code = failure.getStatus().getCode();
        if (code == Status.Code.UNAVAILABLE) {
            return "no token store sidecar can be reached at " + address + " (" + descriptionOf(failure)
                    + "); start one there, or set TOKENSTORE_ADDRESS to where it is";
        }
        if (code == Status.Code.DEADLINE_EXCEEDED) {
            return "the token store sidecar at " + address + " did not answer within " + timeout.toMillis()
                    + " ms; a save or delete may have happened all the same, so ask again";
        }
        if (code == Status.Code.UNIMPLEMENTED) {
            return "what answers at " + address + " is no token store sidecar, or an older one; look at"
                    + " TOKENSTORE_ADDRESS";
        }
        return "the token store sidecar at " + address + " refused the call with " + code + " ("
                + descriptionOf(failure) + ")";
    }

    /// What the transport or the sidecar said; neither knows a token's value.
    private static String descriptionOf(StatusRuntimeException failure) {
        var description = failure.getStatus().getDescription();
        return description == null ? failure.getStatus().getCode().name() : description;
    }
}
