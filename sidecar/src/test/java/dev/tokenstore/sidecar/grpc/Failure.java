package dev.tokenstore.sidecar.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.rpc.ErrorInfo;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/// What a client sees of an error.
record Failure(String status, String reason, String message, ErrorInfo info) {
    static Failure of(ThrowingCallable call) {
        var thrown = catchThrowableOfType(StatusRuntimeException.class, call);
        assertThat(thrown).as("the call must fail").isNotNull();
        var status = Objects.requireNonNull(StatusProto.fromThrowable(thrown));

        assertThat(status.getDetailsList()).as("details of %s", thrown).hasSize(1);
        try {
            var info = status.getDetails(0).unpack(ErrorInfo.class);
            assertThat(info.getDomain()).isEqualTo("tokenstore.dev");
            return new Failure(thrown.getStatus().getCode().name(), info.getReason(), status.getMessage(), info);
        } catch (InvalidProtocolBufferException e) {
            throw new AssertionError(e);
        }
    }
}
