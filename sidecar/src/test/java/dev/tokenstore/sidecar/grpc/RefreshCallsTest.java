package dev.tokenstore.sidecar.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.Duration;
import dev.tokenstore.proto.v1.DeleteTokenRequest;
import dev.tokenstore.proto.v1.FindTokenByIdRequest;
import dev.tokenstore.proto.v1.FindTokenByIdResponse;
import dev.tokenstore.proto.v1.FindTokenRequest;
import dev.tokenstore.proto.v1.RefreshAction;
import dev.tokenstore.proto.v1.ReportRejectedRequest;
import dev.tokenstore.proto.v1.ReportRejectedResponse.Outcome;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.Token;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// What callers say and are told about refreshes over gRPC.
class RefreshCallsTest {
    private final ServedStore served = new ServedStore();

    @Test
    void oneCallerIsToldToRefreshAndTheOthersWaitWithoutAPlaceInTheCallLimit() throws Exception {
        try (served;
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var row = save(Instant.now().minusSeconds(1));
            var claimed = find(row.getId());
            assertThat(claimed.getRefresh()).isEqualTo(RefreshAction.REFRESH_NOW);
            var waiters = new ArrayList<Future<FindTokenByIdResponse>>();
            for (int i = 0; i < 2 * ServedStore.LIMITS.maxConcurrentCalls(); i++) {
                waiters.add(threads.submit((Callable<FindTokenByIdResponse>) () -> find(row.getId())));
                await().until(() -> served.server.callsInFlight() == 0);
            }

            var saved = served.client()
                    .saveToken(SaveTokenRequest.newBuilder()
                            .setToken(Token.newBuilder()
                                    .setId(row.getId())
                                    .setAccessToken("fixture-secret-refreshed")
                                    .setExpiresIn(millis(Instant.now().plusSeconds(3600))))
                            .setClaim(claimed.getClaim())
                            .build());

            for (var waiter : waiters) {
                var found = waiter.get(20, TimeUnit.SECONDS);
                assertThat(found.getToken()).isEqualTo(saved.getToken());
                assertThat(found.getRefresh()).isEqualTo(RefreshAction.REFRESH_ACTION_UNSPECIFIED);
            }
            assertThat(served.server.callsInFlight()).isZero();
        }
    }

    @Test
    void aFindThatDoesNotRefreshIsNeitherToldNorWaits() {
        try (served) {
            var row = save(Instant.now().minusSeconds(1));
            find(row.getId());

            var found = served.client()
                    .findTokenById(
                            FindTokenByIdRequest.newBuilder().setId(row.getId()).build());

            assertThat(found.getToken()).isEqualTo(row);
            assertThat(found.hasClaim()).isFalse();
        }
    }

    @Test
    void theEndOfTheConnectionGivesTheClaimBack() {
        try (served) {
            var row = save(Instant.now().minusSeconds(1));
            var dying = served.anotherChannel();
            var claimed = TokenStoreServiceGrpc.newBlockingStub(dying).findTokenById(request(row.getId()));
            assertThat(claimed.hasClaim()).isTrue();

            dying.shutdownNow();

            var next = find(row.getId());
            assertThat(next.getClaim().getNonce())
                    .isNotEmpty()
                    .isNotEqualTo(claimed.getClaim().getNonce());
        }
    }

    @Test
    void refusesWhatIsOutOfBounds() {
        try (served) {
            for (var seconds : new long[] {-1, 3601, Long.MAX_VALUE}) {
                assertInvalid(
                        FindTokenRequest.newBuilder()
                                .setWillRefresh(true)
                                .setMinValidFor(Duration.newBuilder().setSeconds(seconds))
                                .build(),
                        "min_valid_for");
            }
            assertInvalid(
                    FindTokenRequest.newBuilder()
                            .setWillRefresh(true)
                            .setRequestId("x".repeat(65))
                            .build(),
                    "request_id");
        }
    }

    @Test
    void aDeleteOfAnOutdatedVersionSucceedsAndSaysThatNothingWasDeleted() {
        try (served) {
            var row = save(Instant.now().plusSeconds(600));
            served.client()
                    .saveToken(SaveTokenRequest.newBuilder()
                            .setToken(Token.newBuilder().setId(row.getId()).setAccessToken("fixture-secret-newer"))
                            .build());

            var outdated = served.client()
                    .deleteToken(DeleteTokenRequest.newBuilder()
                            .setId(row.getId())
                            .setExpectedVersion(row.getVersion())
                            .build());

            assertThat(outdated.getDeleted()).isFalse();
            assertThat(served.client()
                            .deleteToken(DeleteTokenRequest.newBuilder()
                                    .setId(row.getId())
                                    .build())
                            .getDeleted())
                    .isTrue();
        }
    }

    @Test
    void aReportSaysWhatBecameOfIt() {
        try (served) {
            var row = save(Instant.now().plusSeconds(600));

            assertThat(report(row.getId(), "fixture-secret-another")).isEqualTo(Outcome.NOT_STORED);
            assertThat(report(row.getId(), row.getAccessToken())).isEqualTo(Outcome.TOO_NEW);
            assertThatThrownBy(() -> report("unknown", "fixture-secret-another"))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
            assertThatThrownBy(() -> report(row.getId(), "")).hasMessageContaining("access_token is missing");
        }
    }

    private Outcome report(String id, String accessToken) {
        return served.client()
                .reportRejected(ReportRejectedRequest.newBuilder()
                        .setId(id)
                        .setAccessToken(accessToken)
                        .build())
                .getOutcome();
    }

    private void assertInvalid(FindTokenRequest request, String field) {
        assertThatThrownBy(() -> served.client().findToken(request))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT))
                .hasMessageContaining(field);
    }

    private Token save(Instant expiry) {
        return served.client()
                .saveToken(SaveTokenRequest.newBuilder()
                        .setToken(Token.newBuilder()
                                .setUserSignature("alice")
                                .setRefreshToken("fixture-secret-refresh")
                                .setAccessToken("fixture-secret-access")
                                .setExpiresIn(millis(expiry)))
                        .build())
                .getToken();
    }

    private FindTokenByIdResponse find(String id) {
        return served.client().findTokenById(request(id));
    }

    private static FindTokenByIdRequest request(String id) {
        return FindTokenByIdRequest.newBuilder()
                .setId(id)
                .setWillRefresh(true)
                .setMinValidFor(Duration.newBuilder().setSeconds(6))
                .build();
    }

    private static String millis(Instant moment) {
        return Long.toString(moment.toEpochMilli());
    }
}
