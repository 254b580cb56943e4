package dev.tokenstore.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenStoreExceptionTest {
    @Test
    void aConnectionThatBreaksAsACallIsSentMeansThatNoSidecarIsThere() {
        var failure = exception(Status.UNKNOWN
                .withDescription("channel closed")
                .withCause(new ClosedChannelException())
                .asRuntimeException());

        assertThat(failure.status()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(failure).hasMessageStartingWith("no token store sidecar can be reached at here (channel closed);");
    }

    @Test
    void anyOtherUnknownFailureStaysOne() {
        var failure = exception(Status.UNKNOWN.withDescription("oddity").asRuntimeException());

        assertThat(failure.status()).isEqualTo(Status.Code.UNKNOWN);
        assertThat(failure).hasMessageContaining("failed (oddity)");
    }

    @Test
    void anEmptyReasonIsAbsent() {
        assertThat(withReason("").reason()).isEmpty();
        assertThat(withReason("").currentVersion()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"TOKEN_NOT_FOUND, true", "TOKEN_DELETED, true", "STORE_NOT_FOUND, false", "'', false"})
    void tellsAGoneTokenBehindTheExceptionsThatWrapIt(String reason, boolean gone) {
        var failure = withReason(reason);
        var wrapped = new IllegalStateException(new IllegalArgumentException(failure));

        assertThat(TokenStoreException.behind(wrapped)).containsSame(failure);
        assertThat(TokenStoreException.isTokenGone(wrapped)).isEqualTo(gone);
        assertThat(TokenStoreException.isTokenGone(failure)).isEqualTo(gone);
    }

    @Test
    void findsNothingBehindAnotherException() {
        assertThat(TokenStoreException.behind(new IllegalStateException(new IllegalArgumentException())))
                .isEmpty();
        assertThat(TokenStoreException.isTokenGone(null)).isFalse();
    }

    private static TokenStoreException withReason(String reason) {
        var info = ErrorInfo.newBuilder().setDomain("tokenstore.dev").setReason(reason);
        return exception(StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(Status.Code.NOT_FOUND.value())
                .addDetails(Any.pack(info.build()))
                .build()));
    }

    private static TokenStoreException exception(StatusRuntimeException failure) {
        return TokenStoreException.of(failure, "here", true, Duration.ofSeconds(5));
    }
}
