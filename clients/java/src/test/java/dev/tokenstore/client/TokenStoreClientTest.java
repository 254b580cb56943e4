package dev.tokenstore.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.Timestamp;
import com.google.rpc.ErrorInfo;
import dev.tokenstore.proto.v1.DeleteTokensResponse;
import dev.tokenstore.proto.v1.FindTokenByIdResponse;
import dev.tokenstore.proto.v1.GetTokensResponse;
import dev.tokenstore.proto.v1.SaveTokenResponse;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The client against a server whose answers are written here.
class TokenStoreClientTest {
    private static final String SECRET = "fixture-secret-of-the-client";
    private static final Token TOKEN =
            Token.builder().id("1").accessToken(SECRET).build();
    private static final dev.tokenstore.proto.v1.Token MESSAGE = dev.tokenstore.proto.v1.Token.newBuilder()
            .setId("1")
            .setAccessToken(SECRET)
            .build();

    private final ScriptedSidecar sidecar = new ScriptedSidecar(0);
    private final TokenStoreClient client = client(Duration.ofSeconds(20));

    private TokenStoreClient client(Duration timeout) {
        return TokenStoreClient.builder()
                .address("127.0.0.1:" + sidecar.port())
                .timeout(timeout)
                .build();
    }

    @AfterEach
    void close() {
        client.close();
        sidecar.close();
    }

    @Test
    void tellsWhatTheStoreKnowsOfAToken() {
        var moment = Timestamp.newBuilder().setSeconds(7).setNanos(8);
        sidecar.answers(() -> FindTokenByIdResponse.newBuilder()
                .setToken(MESSAGE.toBuilder()
                        .setVersion("3")
                        .setExpireTime(moment)
                        .setCreateTime(moment)
                        .setUpdateTime(moment))
                .build());

        var token = client.findTokenById("1");

        assertThat(token.accessToken()).contains(SECRET);
        assertThat(token.refreshToken()).isEmpty();
        assertThat(token.version()).contains("3");
        assertThat(token.expireTime()).contains(Instant.ofEpochSecond(7, 8));
        assertThat(token.createTime()).contains(Instant.ofEpochSecond(7, 8));
        assertThat(token.updateTime()).contains(Instant.ofEpochSecond(7, 8));
    }

    @Test
    void tellsTheStatusTheReasonAndTheSentenceOfAnError() {
        sidecar.fails(error(
                Status.Code.ABORTED,
                ErrorInfo.newBuilder()
                        .setDomain("tokenstore.dev")
                        .setReason("VERSION_CONFLICT")
                        .putMetadata("current_version", "8")
                        .build()));

        var failure = failureOf(store -> store.saveToken(TOKEN, "7"));

        assertThat(failure.code()).isEqualTo(Status.Code.ABORTED);
        assertThat(failure.reason()).isEqualTo("VERSION_CONFLICT");
        assertThat(failure.currentVersion()).contains("8");
        assertThat(failure).hasMessage("the sentence").hasCauseInstanceOf(StatusRuntimeException.class);
    }

    @Test
    void doesNotTakeAnotherServicesReasonForTheStores() {
        sidecar.fails(error(
                Status.Code.ABORTED,
                ErrorInfo.newBuilder().setDomain("elsewhere").setReason("X").build()));

        assertThat(failureOf(store -> store.findTokenById("1")).reason()).isEmpty();
    }

    @Test
    void repeatsAReadWhenTheStoreIsUnavailable() {
        sidecar.fails(Status.UNAVAILABLE.asRuntimeException())
                .fails(Status.UNAVAILABLE.asRuntimeException())
                .answers(() ->
                        FindTokenByIdResponse.newBuilder().setToken(MESSAGE).build());

        assertThat(client.findTokenById("1").id()).contains("1");
        assertThat(sidecar.calls()).isEqualTo(3);
    }

    /// As gRPC's transport calls a connection that breaks in the moment in which the read is sent.
    @Test
    void repeatsAReadThatFailedForAnUnknownReason() {
        sidecar.fails(Status.UNKNOWN.asRuntimeException())
                .answers(() ->
                        FindTokenByIdResponse.newBuilder().setToken(MESSAGE).build());

        assertThat(client.findTokenById("1").id()).contains("1");
        assertThat(sidecar.calls()).isEqualTo(2);
    }

    @Test
    void repeatsNoSaveThatMayHaveHappened() {
        sidecar.fails(Status.UNAVAILABLE.asRuntimeException());

        var failure = failureOf(store -> store.saveToken(TOKEN));

        assertThat(failure.code()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(sidecar.calls()).isEqualTo(1);
    }

    @Test
    void repeatsNoDeletionOfEverything() {
        sidecar.fails(Status.UNAVAILABLE.asRuntimeException())
                .answers(() ->
                        DeleteTokensResponse.newBuilder().setDeletedCount(5).build());

        assertThat(failureOf(TokenStoreClient::deleteTokens).code()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(sidecar.calls()).isEqualTo(1);
    }

    @Test
    void savesWaitForASidecarThatIsBeingRestarted() throws Exception {
        var port = sidecar.port();
        sidecar.close();
        var saved = CompletableFuture.supplyAsync(() -> client.saveToken(TOKEN));
        assertThat(failureOf(store -> store.findTokenById("1")).code()).isEqualTo(Status.Code.UNAVAILABLE);
        assertThat(saved).isNotDone();

        try (var restarted = new ScriptedSidecar(port)) {
            restarted.answers(
                    () -> SaveTokenResponse.newBuilder().setToken(MESSAGE).build());

            assertThat(saved.get(20, TimeUnit.SECONDS).id()).contains("1");
            assertThat(restarted.calls()).isEqualTo(1);
        }
    }

    @Test
    void saysWhereItLookedForASidecarThatIsNotThere() {
        sidecar.close();

        assertThat(failureOf(store -> store.findTokenById("1")))
                .hasMessage("no token store sidecar can be reached at 127.0.0.1:" + sidecar.port()
                        + " (Connection refused); start one there, or set TOKENSTORE_ADDRESS to where one is");
    }

    @Test
    void saysSoAlsoWhereASaveWaitedInVain() {
        sidecar.close();
        try (var impatient = client(Duration.ofMillis(300))) {
            assertThat(catchThrowableOfType(TokenStoreException.class, () -> impatient.saveToken(TOKEN)))
                    .hasMessage("no token store sidecar can be reached at 127.0.0.1:" + sidecar.port()
                            + " (no connection within 300 ms); start one there, or set TOKENSTORE_ADDRESS to where one"
                            + " is");
        }
    }

    @Test
    void givesUpACallThatTakesTooLong() {
        var never = new CountDownLatch(1);
        sidecar.answers(() -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return FindTokenByIdResponse.getDefaultInstance();
        });
        try (var impatient = client(Duration.ofMillis(300))) {
            var failure = catchThrowableOfType(TokenStoreException.class, () -> impatient.findTokenById("1"));

            assertThat(failure.code()).isEqualTo(Status.Code.DEADLINE_EXCEEDED);
            assertThat(failure).hasMessageContaining("did not answer within 300 ms");
        } finally {
            never.countDown();
        }
    }

    @Test
    void fetchesPagesOnlyAsTheListIsRead() {
        sidecar.answers(() -> page("next")).answers(() -> page("next")).answers(() -> page(""));

        var tokens = client.getTokens().iterator();
        tokens.next();
        assertThat(sidecar.calls()).isEqualTo(1);
        tokens.next();
        tokens.next();

        assertThat(tokens).isExhausted();
        assertThat(sidecar.calls()).isEqualTo(3);
    }

    @Test
    void listsAnEmptyStore() {
        sidecar.answers(GetTokensResponse::getDefaultInstance);

        assertThat(client.getTokens()).isEmpty();
    }

    @Test
    void refusesATextThatIsNone() {
        var failure = failureOf(store ->
                store.saveToken(Token.builder().refreshToken(SECRET + "\ud83d").build()));

        assertThat(failure.reason()).isEqualTo("INVALID_TOKEN");
        assertThat(failure).hasMessageContaining("refresh_token is malformed").hasMessageNotContaining(SECRET);
        assertThat(failureOf(store -> store.deleteToken("\ud83d"))).hasMessageContaining("id is malformed");
        assertThat(sidecar.calls()).isZero();
    }

    @Test
    void refusesATimeLimitThatLeavesNoTime() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenStoreClient.builder().timeout(Duration.ZERO));
    }

    private TokenStoreException failureOf(Consumer<TokenStoreClient> call) {
        return catchThrowableOfType(TokenStoreException.class, () -> call.accept(client));
    }

    private static GetTokensResponse page(String next) {
        return GetTokensResponse.newBuilder()
                .addTokens(MESSAGE)
                .setNextPageToken(next)
                .build();
    }

    private static StatusRuntimeException error(Status.Code code, ErrorInfo info) {
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(code.value())
                .setMessage("the sentence")
                .addDetails(Any.pack(info))
                .build());
    }
}
