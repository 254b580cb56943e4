package dev.tokenstore.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CallErrorsTest {
    @Test
    void aConnectionThatBreaksAsACallIsSentMeansThatNoSidecarIsThere() {
        var failure =
                explained(Status.UNKNOWN.withDescription("channel closed").withCause(new ClosedChannelException()));

        assertThat(failure.code()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(failure).hasMessageStartingWith("no token store sidecar can be reached at here (channel closed);");
    }

    @Test
    void anyOtherUnknownFailureStaysOne() {
        var failure = explained(Status.UNKNOWN.withDescription("oddity"));

        assertThat(failure.code()).isEqualTo(Status.Code.UNKNOWN);
        assertThat(failure).hasMessageContaining("failed (oddity)");
    }

    private static TokenStoreException explained(Status status) {
        return CallErrors.explained(status.asRuntimeException(), "here", true, Duration.ofSeconds(5));
    }
}
