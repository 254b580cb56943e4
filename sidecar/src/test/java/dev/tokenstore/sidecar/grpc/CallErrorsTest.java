package dev.tokenstore.sidecar.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.proto.v1.FindTokenByIdRequest;
import dev.tokenstore.proto.v1.GetTokensRequest;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CallErrorsTest {
    @ParameterizedTest
    @CsvSource({
        "API_SERVER_UNAVAILABLE, UNAVAILABLE",
        "STORAGE_UNAVAILABLE,    UNAVAILABLE",
        "TOO_MUCH_CONTENTION,    UNAVAILABLE",
        "STORE_NOT_ACCESSIBLE,   PERMISSION_DENIED",
        "STORE_NOT_FOUND,        FAILED_PRECONDITION",
        "STORAGE_FULL,           RESOURCE_EXHAUSTED",
        "REFUSED_BY_POLICY,      FAILED_PRECONDITION",
        "TOKEN_UNREADABLE,       DATA_LOSS",
        "PAGE_TOKEN_EXPIRED,     ABORTED",
    })
    void mapsEveryReasonOfTheStorage(Reason reason, String status) {
        var failure = failureOf(() -> {
            throw new StorageException(reason, "one clear sentence");
        });

        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure.reason()).isEqualTo(reason.name());
        assertThat(failure.message()).isEqualTo("one clear sentence");
    }

    @ParameterizedTest
    @EnumSource(Reason.class)
    void countsFailuresOfTheStorage(Reason reason) {
        try (var served = new ServedStore(new ScriptedStorage(() -> {
            throw new StorageException(reason, "one clear sentence");
        }))) {
            Failure.of(() -> served.client().getTokens(GetTokensRequest.getDefaultInstance()));

            assertThat(served.storageFailures).containsExactly(reason);
        }
    }

    @Test
    void tellsTheCallerNothingOfADefect() {
        var failure = failureOf(() -> {
            throw new IllegalStateException("fixture-secret in a message");
        });

        assertThat(failure.status()).isEqualTo("INTERNAL");
        assertThat(failure.reason()).isEqualTo("INTERNAL");
        assertThat(failure.message()).doesNotContain("fixture-secret");
    }

    @Test
    void logsADefectWithItsStackButWithoutItsMessages() {
        var defect = new IllegalStateException("fixture-secret", new IllegalArgumentException("fixture-secret"));

        var logged = new RedactedException(defect);

        assertThat(logged).hasStackTraceContaining("java.lang.IllegalStateException");
        assertThat(logged).hasStackTraceContaining("java.lang.IllegalArgumentException");
        assertThat(logged).hasStackTraceContaining("logsADefectWithItsStackButWithoutItsMessages");
        assertThat(org.assertj.core.util.Throwables.getStackTrace(logged)).doesNotContain("fixture-secret");
    }

    private static Failure failureOf(Runnable script) {
        try (var served = new ServedStore(new ScriptedStorage(script))) {
            return Failure.of(() -> served.client()
                    .findTokenById(FindTokenByIdRequest.newBuilder().setId("7").build()));
        }
    }
}
