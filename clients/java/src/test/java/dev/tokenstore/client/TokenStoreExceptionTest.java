package dev.tokenstore.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import dev.tokenstore.client.Reply.Kind;
import java.io.EOFException;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenStoreExceptionTest {
    @ParameterizedTest
    @CsvSource({
        "FIND_TOKEN, try again",
        "SAVE_TOKEN, 'the save may have happened all the same, so ask again'",
        "DELETE_TOKENS, 'the delete may have happened all the same, so ask again'"
    })
    void saysWhatIsKnownOfACallWhoseConnectionBroke(Call call, String advice) {
        var cause = new EOFException("the connection was closed");
        var failure =
                exception(call, Reply.failed(Kind.BROKEN, StatusCode.UNAVAILABLE, "the connection was closed", cause));

        assertThat(failure.status()).isEqualTo(StatusCode.UNAVAILABLE);
        assertThat(failure)
                .hasMessage(
                        "the connection to the token store sidecar at here broke during the call (the connection was"
                                + " closed); " + advice)
                .hasCause(cause);
    }

    @Test
    void anyOtherUnknownFailureStaysOne() {
        var failure = exception(Call.FIND_TOKEN, answer(StatusCode.UNKNOWN, Map.of("grpc-message", "odd%69ty")));

        assertThat(failure.status()).isEqualTo(StatusCode.UNKNOWN);
        assertThat(failure).hasMessageContaining("failed (oddity)");
    }

    @Test
    void anErrorWithMalformedDetailsIsStillAnError() {
        for (var details : new String[] {"!", "/////w==", "Gv8="}) {
            var failure = exception(
                    Call.FIND_TOKEN, answer(StatusCode.DATA_LOSS, Map.of("grpc-status-details-bin", details)));

            assertThat(failure.status()).isEqualTo(StatusCode.DATA_LOSS);
            assertThat(failure.reason()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"404, UNIMPLEMENTED, is no token store sidecar", "503, UNAVAILABLE, HTTP status 503"})
    void recognisesAnotherServerByItsHttpStatus(String http, StatusCode status, String message) {
        var failure = exception(Call.FIND_TOKEN, Reply.answer(Map.of(":status", http), new byte[0]));

        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure).hasMessageContaining(message);
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
        var status = Status.newBuilder().addDetails(Any.pack(info.build())).build();
        return exception(
                Call.FIND_TOKEN,
                answer(
                        StatusCode.NOT_FOUND,
                        Map.of(
                                "grpc-status-details-bin",
                                Base64.getEncoder().withoutPadding().encodeToString(status.toByteArray()))));
    }

    private static Reply answer(StatusCode status, Map<String, String> headers) {
        var all = new HashMap<>(headers);
        all.put(
                "grpc-status",
                Integer.toString(io.grpc.Status.Code.valueOf(status.name()).value()));
        return Reply.answer(all, new byte[0]);
    }

    private static TokenStoreException exception(Call call, Reply reply) {
        return TokenStoreException.of(call, reply, "here", Duration.ofSeconds(5));
    }
}
