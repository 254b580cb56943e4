package dev.tokenstore.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.Any;
import com.google.protobuf.Timestamp;
import com.google.rpc.ErrorInfo;
import dev.tokenstore.proto.v1.DeleteTokenRequest;
import dev.tokenstore.proto.v1.DeleteTokenResponse;
import dev.tokenstore.proto.v1.DeleteTokensResponse;
import dev.tokenstore.proto.v1.FindTokenByIdRequest;
import dev.tokenstore.proto.v1.FindTokenByIdResponse;
import dev.tokenstore.proto.v1.FindTokenRequest;
import dev.tokenstore.proto.v1.FindTokenResponse;
import dev.tokenstore.proto.v1.GetTokensRequest;
import dev.tokenstore.proto.v1.GetTokensResponse;
import dev.tokenstore.proto.v1.RefreshAction;
import dev.tokenstore.proto.v1.ReportRejectedResponse;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.SaveTokenResponse;
import dev.tokenstore.proto.v1.Token;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The client against a server with scripted answers.
class TokenStoreClientTest {
    private static final String SECRET = "fixture-secret-of-the-client";
    private static final TokenRecord TOKEN =
            TokenRecord.builder().id("1").accessToken(SECRET).build();
    private static final Token MESSAGE =
            Token.newBuilder().setId("1").setAccessToken(SECRET).build();

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
    void returnsTheVersionAndTheTimesOfAToken() {
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
    void saysThatItWillRefreshAndReturnsTheClaimThatItHolds() throws Exception {
        var claimed = dev.tokenstore.proto.v1.Claim.newBuilder().setNonce("n").setVersion("3");
        sidecar.answers(() -> FindTokenByIdResponse.newBuilder()
                .setToken(MESSAGE)
                .setRefresh(RefreshAction.REFRESH_NOW)
                .setClaim(claimed)
                .build());
        sidecar.answers(() -> SaveTokenResponse.newBuilder().setToken(MESSAGE).build());

        var found = client.findTokenById(
                "1", WillRefresh.within(Duration.ofMillis(6_500)).abandoning("before"));
        client.saveToken(TOKEN, found.claim().orElseThrow());

        var find = (FindTokenByIdRequest) sidecar.requests().get(0);
        assertThat(find.getRequestId()).hasSizeBetween(16, 64);
        assertThat(find.toBuilder().clearRequestId().build())
                .isEqualTo(FindTokenByIdRequest.newBuilder()
                        .setId("1")
                        .setWillRefresh(true)
                        .setMinValidFor(com.google.protobuf.Duration.newBuilder()
                                .setSeconds(6)
                                .setNanos(500_000_000))
                        .setAbandonedClaim("before")
                        .build());
        assertThat(((SaveTokenRequest) sidecar.requests().get(1)).getClaim()).isEqualTo(claimed.build());
    }

    @Test
    void aTokenWithoutTheActionHasNoClaim() {
        sidecar.answers(() -> FindTokenResponse.newBuilder().setToken(MESSAGE).build());

        var found = client.findToken(TOKEN, WillRefresh.within(Duration.ZERO));

        assertThat(found.orElseThrow().claim()).isEmpty();
    }

    @Test
    void deletesAnExpectedVersionAndSaysWhetherItDid() throws Exception {
        sidecar.answers(() -> DeleteTokenResponse.newBuilder().setDeleted(true).build());
        sidecar.answers(() -> DeleteTokenResponse.newBuilder().setDeleted(false).build());

        assertThat(client.deleteToken("1", "7")).isTrue();
        assertThat(client.deleteToken("1", "7")).isFalse();

        assertThat(sidecar.requests())
                .first()
                .isEqualTo(DeleteTokenRequest.newBuilder()
                        .setId("1")
                        .setExpectedVersion("7")
                        .build());
    }

    @ParameterizedTest
    @EnumSource(value = ReportRejectedResponse.Outcome.class, names = "UNRECOGNIZED", mode = EnumSource.Mode.EXCLUDE)
    void returnsWhatBecameOfAReport(ReportRejectedResponse.Outcome outcome) {
        sidecar.answers(
                () -> ReportRejectedResponse.newBuilder().setOutcome(outcome).build());

        var expected = outcome == ReportRejectedResponse.Outcome.OUTCOME_UNSPECIFIED
                ? RejectionOutcome.UNKNOWN
                : RejectionOutcome.valueOf(outcome.name());
        assertThat(client.reportRejected("1", SECRET)).isEqualTo(expected);
    }

    @Test
    void throwsTheStatusTheReasonAndTheMessageOfAnError() {
        sidecar.fails(error(
                Status.Code.ABORTED,
                ErrorInfo.newBuilder()
                        .setDomain("tokenstore.dev")
                        .setReason("VERSION_CONFLICT")
                        .putMetadata("current_version", "8")
                        .build()));

        var failure = failureOf(store -> store.saveToken(TOKEN, "7"));

        assertThat(failure.status()).isEqualTo(StatusCode.ABORTED);
        assertThat(failure.reason()).contains("VERSION_CONFLICT");
        assertThat(failure.currentVersion()).contains("8");
        assertThat(failure).hasMessage("the sentence");
    }

    @Test
    void doesNotTakeAnotherServicesReasonForTheStores() {
        sidecar.fails(error(
                Status.Code.ABORTED,
                ErrorInfo.newBuilder().setDomain("elsewhere").setReason("X").build()));

        assertThat(failureOf(store -> store.findTokenById("1")).reason()).isEmpty();
    }

    /// The transport reports `UNKNOWN` for a connection that breaks while a call is being sent.
    @Test
    void repeatsFindsListsAndDeletionsByIdWhileTheStoreIsUnavailable() {
        for (var call : List.<Consumer<TokenStoreClient>>of(
                store -> assertThat(store.findToken(TOKEN)).isEmpty(),
                store -> assertThat(store.findTokenById("1").id()).contains("1"),
                store -> assertThat(store.getTokens()).isEmpty(),
                store -> store.deleteToken("1"))) {
            try (var scripted = new ScriptedSidecar(0);
                    var store = TokenStoreClient.connect("127.0.0.1:" + scripted.port())) {
                scripted.fails(Status.UNAVAILABLE.asRuntimeException())
                        .fails(Status.UNKNOWN.asRuntimeException())
                        .answers(() -> switch (scripted.requests().get(0)) {
                            case FindTokenRequest request -> FindTokenResponse.getDefaultInstance();
                            case GetTokensRequest request -> GetTokensResponse.getDefaultInstance();
                            case DeleteTokenRequest request -> DeleteTokenResponse.getDefaultInstance();
                            default ->
                                FindTokenByIdResponse.newBuilder()
                                        .setToken(MESSAGE)
                                        .build();
                        });

                call.accept(store);

                assertThat(scripted.calls()).isEqualTo(3);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"UNAVAILABLE", "UNKNOWN"})
    void repeatsNoSaveThatMayHaveHappened(StatusCode status) {
        sidecar.fails(Status.Code.valueOf(status.name()).toStatus().asRuntimeException());

        var failure = failureOf(store -> store.saveToken(TOKEN));

        assertThat(failure.status()).isEqualTo(status);
        assertThat(sidecar.calls()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(names = {"UNAVAILABLE", "UNKNOWN"})
    void repeatsNoDeletionOfEverything(StatusCode status) {
        sidecar.fails(Status.Code.valueOf(status.name()).toStatus().asRuntimeException())
                .answers(() ->
                        DeleteTokensResponse.newBuilder().setDeletedCount(5).build());

        assertThat(failureOf(TokenStoreClient::deleteTokens).status()).isEqualTo(status);
        assertThat(sidecar.calls()).isEqualTo(1);
    }

    @Test
    void givesDeleteTokensTenMinutesAndOtherCallsTenSeconds() {
        try (var store = TokenStoreClient.connect("127.0.0.1:" + sidecar.port())) {
            sidecar.answers(() ->
                            FindTokenByIdResponse.newBuilder().setToken(MESSAGE).build())
                    .answers(() ->
                            SaveTokenResponse.newBuilder().setToken(MESSAGE).build())
                    .answers(DeleteTokensResponse::getDefaultInstance);

            store.findTokenById("1");
            store.saveToken(TOKEN);
            store.deleteTokens();

            assertThat(sidecar.timeLimits().get(0)).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(10));
            assertThat(sidecar.timeLimits().get(1)).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(10));
            assertThat(sidecar.timeLimits().get(2)).isBetween(Duration.ofMinutes(9), Duration.ofMinutes(10));
        }
    }

    @Test
    void takesAnotherTimeLimitForDeleteTokens() {
        sidecar.answers(DeleteTokensResponse::getDefaultInstance);
        try (var store = TokenStoreClient.builder()
                .address("127.0.0.1:" + sidecar.port())
                .deleteTokensTimeout(Duration.ofMinutes(30))
                .build()) {
            store.deleteTokens();
        }

        assertThat(sidecar.timeLimits().get(0)).isBetween(Duration.ofMinutes(29), Duration.ofMinutes(30));
    }

    @Test
    void savesWaitForASidecarThatIsBeingRestarted() throws Exception {
        var port = sidecar.port();
        sidecar.close();
        var saved = CompletableFuture.supplyAsync(() -> client.saveToken(TOKEN));
        assertThat(failureOf(store -> store.findTokenById("1")).status()).isEqualTo(StatusCode.UNAVAILABLE);
        assertThat(saved).isNotDone();

        try (var restarted = new ScriptedSidecar(port)) {
            restarted.answers(
                    () -> SaveTokenResponse.newBuilder().setToken(MESSAGE).build());

            assertThat(saved.get(20, TimeUnit.SECONDS).id()).contains("1");
            assertThat(restarted.calls()).isEqualTo(1);
        }
    }

    @Test
    void namesTheAddressOfASidecarThatIsNotThere() {
        sidecar.close();

        assertThat(failureOf(store -> store.findTokenById("1")))
                .hasMessage("no token store sidecar can be reached at 127.0.0.1:" + sidecar.port()
                        + " (Connection refused); start one there, or set TOKENSTORE_ADDRESS to where one is");
    }

    @Test
    void namesTheAddressWhereASaveWaitedInVain() {
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

            assertThat(failure.status()).isEqualTo(StatusCode.DEADLINE_EXCEEDED);
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
        assertThat(sidecar.requests())
                .hasSize(3)
                .allSatisfy(request ->
                        assertThat(((GetTokensRequest) request).getPageSize()).isEqualTo(500));
    }

    @Test
    void listsAnEmptyStore() {
        sidecar.answers(GetTokensResponse::getDefaultInstance);

        assertThat(client.getTokens()).isEmpty();
    }

    @Test
    void refusesHalfOfASurrogatePair() {
        var malformed = TokenRecord.builder().refreshToken(SECRET + "\ud83d").build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> client.saveToken(malformed))
                .withMessageContaining("refresh_token is malformed")
                .withMessageNotContaining(SECRET);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> client.deleteToken("\ud83d"))
                .withMessageContaining("id is malformed");
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
