package dev.tokenstore.sidecar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.proto.v1.FindTokenByIdRequest;
import dev.tokenstore.proto.v1.FindTokenRequest;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.Token;
import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.product.TestStore;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Eight callers find twenty tokens, 200 times a second, while the API server is stopped or frozen. How long an outage
/// lasts is the system property `outage.seconds`, 20 if unset.
@Tag("alone")
class OutageIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes =
            KubernetesForTests.create().withPrivateServer().withTokenStores();

    private static final Duration OUTAGE = Duration.ofSeconds(Integer.getInteger("outage.seconds", 20));
    private static final int CALLERS = 8;
    private static final Duration PERIOD = Duration.ofMillis(1000 * CALLERS / 200);

    @TempDir
    private Path folder;

    private TestStore store;

    @BeforeEach
    void createStore() {
        store = TestStore.create(kubernetes, "{}");
    }

    @AfterEach
    void endOutage() {
        kubernetes.server().thawApiServer();
    }

    @Test
    void everyFindOfAValidTokenIsAnsweredWhileTheApiServerIsStopped() {
        outage(
                () -> kubernetes.server().stopApiServer(),
                () -> kubernetes.server().startApiServer());
    }

    @Test
    void everyFindOfAValidTokenIsAnsweredWhileTheApiServerIsFrozen() {
        outage(
                () -> kubernetes.server().freezeApiServer(),
                () -> kubernetes.server().thawApiServer());
    }

    private void outage(Runnable begin, Runnable end) {
        try (var sidecar = start("10m");
                var other = start("10m")) {
            var tokens = new ArrayList<Token>();
            for (int i = 0; i < 20; i++) {
                tokens.add(save(sidecar, "user-" + i, Duration.ofHours(1)));
            }
            var expired = save(sidecar, "expired", Duration.ofHours(-1));
            assertThat(find(sidecar, expired)).isEqualTo(expired.getAccessToken());

            try (var finds = new Finds(sidecar, tokens)) {
                finds.awaitSome();
                begin.run();
                var before = finds.count();
                await().pollDelay(OUTAGE).atMost(OUTAGE.plusSeconds(10)).until(() -> true);

                assertThat(finds.failures()).isEmpty();
                assertThat(finds.count() - before)
                        .as("finds that waited half a second each would be 16 a second")
                        .isGreaterThan(OUTAGE.toSeconds() * 50);
                assertThat(sidecar.get("/readyz")).isEqualTo("ok\n");
                assertThatThrownBy(() -> find(sidecar, expired))
                        .isInstanceOfSatisfying(
                                StatusRuntimeException.class,
                                e -> assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE));
                end.run();

                await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(() -> {
                    save(other, "user-0", Duration.ofHours(2));
                    return true;
                });
                var latest = save(other, "user-0", Duration.ofHours(3));
                await().atMost(Duration.ofSeconds(10))
                        .ignoreExceptions()
                        .until(() -> find(sidecar, latest).equals(latest.getAccessToken()));
                await().atMost(Duration.ofSeconds(10)).ignoreExceptions().until(() -> {
                    save(sidecar, "user-1", Duration.ofHours(2));
                    return true;
                });
                assertThat(finds.failures()).isEmpty();
            }
            assertThat(sidecar.err()).contains("the API server is away", "the API server answers again");
        }
    }

    @Test
    void afterTheTimeThatItMayServeItSaysThatTheApiServerIsAway() {
        try (var sidecar = start("3s")) {
            var token = save(sidecar, "alice", Duration.ofHours(1));
            assertThat(find(sidecar, token)).isEqualTo(token.getAccessToken());
            kubernetes.server().freezeApiServer();

            var begin = System.nanoTime();
            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        try {
                            return !find(sidecar, token).equals(token.getAccessToken());
                        } catch (StatusRuntimeException e) {
                            return e.getStatus().getCode() == Status.Code.UNAVAILABLE;
                        }
                    });
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofSeconds(2));
        }
    }

    /// Finds that go on at an even pace until this is closed.
    private static final class Finds implements AutoCloseable {
        private final AtomicBoolean isOver = new AtomicBoolean();
        private final AtomicLong count = new AtomicLong();
        private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
        private final ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor();

        Finds(CalledSidecar sidecar, List<Token> tokens) {
            for (int caller = 0; caller < CALLERS; caller++) {
                var first = caller;
                callers.submit(() -> {
                    for (int i = first; !isOver.get(); i++) {
                        var token = tokens.get(i % tokens.size());
                        try {
                            find(sidecar, token);
                            count.incrementAndGet();
                        } catch (StatusRuntimeException e) {
                            failures.add(e.getStatus().getCode() + " "
                                    + e.getStatus().getDescription());
                        }
                        Thread.sleep(PERIOD);
                    }
                    return null;
                });
            }
        }

        void awaitSome() {
            await().atMost(Duration.ofSeconds(30)).until(() -> count.get() > 1_000);
        }

        long count() {
            return count.get();
        }

        List<String> failures() {
            return List.copyOf(failures);
        }

        @Override
        public void close() {
            isOver.set(true);
            callers.close();
        }
    }

    private static Token save(CalledSidecar sidecar, String user, Duration validFor) {
        var token = Token.newBuilder()
                .setUserSignature(user)
                .setRefreshToken(CalledSidecar.SECRET)
                .setAccessToken(CalledSidecar.SECRET + user + System.nanoTime())
                .setExpiresIn(Long.toString(Instant.now().plus(validFor).toEpochMilli()));
        return sidecar.client()
                .saveToken(SaveTokenRequest.newBuilder().setToken(token).build())
                .getToken();
    }

    private static String find(CalledSidecar sidecar, Token token) {
        var byId = sidecar.client()
                .findTokenById(
                        FindTokenByIdRequest.newBuilder().setId(token.getId()).build())
                .getToken()
                .getAccessToken();
        var byUser = sidecar.client()
                .findToken(FindTokenRequest.newBuilder()
                        .setToken(Token.newBuilder().setUserSignature(token.getUserSignature()))
                        .build())
                .getToken()
                .getAccessToken();
        return byId.equals(byUser) ? byId : "by id and by user differ";
    }

    private CalledSidecar start(String serveStaleFor) {
        return (CalledSidecar) CalledSidecar.start(
                        folder,
                        "--store",
                        store.fullName(),
                        "--kubeconfig",
                        store.kubeconfig().toString(),
                        "--tcp",
                        "0",
                        "--metrics",
                        "0",
                        "--serve-stale-for",
                        serveStaleFor)
                .awaitServing()
                .awaitReady();
    }
}
