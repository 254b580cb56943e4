package dev.tokenstore.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.proto.v1.FindTokenByIdResponse;
import dev.tokenstore.proto.v1.GetTokensResponse;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.SaveTokenResponse;
import dev.tokenstore.proto.v1.Token;
import io.grpc.netty.NettyServerBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The connection to a sidecar, against the HTTP/2 of gRPC's server with settings of every kind, and against servers
/// that are no sidecar.
class ConnectionTest {
    private static final String SECRET = "fixture-secret-of-the-connection";
    /// The preface, the frames of settings and window, and the confirmation of the server's settings.
    private static final int PREFACE_AND_SETTINGS = 24 + 27 + 13 + 9;

    private static final TokenRecord TOKEN =
            TokenRecord.builder().id("1").accessToken(SECRET).build();

    @Test
    void sendsNoMoreThanTheServersWindowsAllow() {
        try (var sidecar = saving(builder -> builder.flowControlWindow(1_000));
                var client = clientOf(sidecar)) {
            var large = TokenRecord.builder().accessToken("x".repeat(300_000)).build();
            assertThat(IntStream.range(0, 8).parallel().mapToObj(i -> client.saveToken(large)))
                    .hasSize(8);

            assertThat(sidecar.requests().stream()
                            .map(request -> ((SaveTokenRequest) request)
                                    .getToken()
                                    .getAccessToken()
                                    .length()))
                    .containsOnly(300_000)
                    .hasSize(8);
        }
    }

    @Test
    void readsLargeResponses() {
        try (var sidecar = new ScriptedSidecar(0);
                var client = clientOf(sidecar)) {
            var page = GetTokensResponse.newBuilder();
            for (var i = 0; i < 3_000; i++) {
                page.addTokens(Token.newBuilder().setAccessToken(SECRET + i + "x".repeat(1_000)));
            }
            sidecar.answers(page::build);

            for (var i = 0; i < 5; i++) {
                assertThat(client.getTokens()).hasSize(3_000);
            }
        }
    }

    @Test
    void refusesAResponseThatIsTooLarge() {
        try (var sidecar = new ScriptedSidecar(0);
                var client = clientOf(sidecar)) {
            var token = Token.newBuilder().setAccessToken("x".repeat(5 << 20));
            sidecar.answers(() ->
                            FindTokenByIdResponse.newBuilder().setToken(token).build())
                    .answers(FindTokenByIdResponse.newBuilder().setToken(Token.newBuilder())::build);

            var failure = catchThrowableOfType(TokenStoreException.class, () -> client.findTokenById("1"));

            assertThat(failure.status()).isEqualTo(StatusCode.RESOURCE_EXHAUSTED);
            assertThat(client.findTokenById("1").id()).isEmpty();
        }
    }

    @Test
    void sendsNoMoreCallsAtOnceThanTheServerTakes() {
        try (var sidecar = saving(builder -> builder.maxConcurrentCallsPerConnection(1));
                var client = clientOf(sidecar)) {
            assertThat(saveAtOnce(client, 100)).isEqualTo(100);
            assertThat(sidecar.calls()).isEqualTo(100);
        }
    }

    @Test
    void losesAndRepeatsNoSaveWhileTheServerClosesConnections() {
        try (var sidecar = saving(builder -> builder.maxConnectionAge(20, TimeUnit.MILLISECONDS)
                        .maxConnectionAgeGrace(20, TimeUnit.SECONDS));
                var client = clientOf(sidecar)) {
            var begin = System.nanoTime();
            var saves = 0;
            while (System.nanoTime() - begin < TimeUnit.SECONDS.toNanos(1)) {
                saves += saveAtOnce(client, 20);
            }

            assertThat(sidecar.calls()).isEqualTo(saves);
        }
    }

    @Test
    void answersTheServersPings() {
        try (var sidecar = saving(builder ->
                        builder.keepAliveTime(10, TimeUnit.MILLISECONDS).keepAliveTimeout(2, TimeUnit.SECONDS));
                var client = clientOf(sidecar)) {
            client.saveToken(TOKEN);
            var connected = SharedConnection.of(SidecarAddress.parse(client.address()));
            var connection = Objects.requireNonNull(connected.open());

            await().during(Duration.ofSeconds(3)).atMost(Duration.ofSeconds(20)).until(connection::isAccepting);

            assertThat(connected.open()).isSameAs(connection);
            connected.release();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 400 Bad Request\r\n\r\n", "SSH-2.0-OpenSSH_9.9\r\n", "\0\0\0\1\0\0\0\0\0"})
    void saysThatAnotherServerSpeaksNoGrpc(String greeting) throws IOException {
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            var answering = CompletableFuture.runAsync(() -> answerAll(server, greeting));
            try (var client = TokenStoreClient.connect("127.0.0.1:" + server.getLocalPort())) {
                var failure = catchThrowableOfType(TokenStoreException.class, client::deleteTokens);

                assertThat(failure.status()).isEqualTo(StatusCode.UNAVAILABLE);
                assertThat(failure)
                        .hasMessage("no token store sidecar can be reached at " + client.address()
                                + " (what listens there speaks no gRPC); start one there, or set TOKENSTORE_ADDRESS to"
                                + " where one is");
            }
            server.close();
            answering.join();
        }
    }

    @Test
    void namesAHostThatDoesNotExist() {
        try (var client = TokenStoreClient.connect("host.invalid:50051")) {
            assertThat(catchThrowableOfType(TokenStoreException.class, client::deleteTokens))
                    .hasMessage("no token store sidecar can be reached at host.invalid:50051 (no such host); start one"
                            + " there, or set TOKENSTORE_ADDRESS to where one is");
        }
    }

    private static void answerAll(ServerSocket server, String greeting) {
        while (!server.isClosed()) {
            try (var connection = server.accept()) {
                connection.getOutputStream().write(greeting.getBytes(StandardCharsets.ISO_8859_1));
                connection.getInputStream().transferTo(OutputStream.nullOutputStream());
            } catch (IOException e) {
                // closed by the client, or by the end of the test
            }
        }
    }

    @Test
    void isLostInTheMiddleOfASave() throws IOException {
        try (var server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                var client = TokenStoreClient.connect("127.0.0.1:" + server.getLocalPort())) {
            var breaking = CompletableFuture.supplyAsync(() -> breakEachCall(server));

            var failure = catchThrowableOfType(TokenStoreException.class, () -> client.saveToken(TOKEN));

            assertThat(failure.status()).isEqualTo(StatusCode.UNAVAILABLE);
            assertThat(failure)
                    .hasMessageMatching("the connection to the token store sidecar at " + client.address()
                            + " broke during the call \\(.*\\); the save may have happened all the same, so ask again");
            server.close();
            assertThat(breaking.join()).as("calls").isEqualTo(1);
        }
    }

    /// Sends settings, and closes the connection when something follows on the client's own settings.
    private static int breakEachCall(ServerSocket server) {
        var calls = 0;
        while (!server.isClosed()) {
            try (var connection = server.accept()) {
                connection.getOutputStream().write(new byte[] {0, 0, 0, 4, 0, 0, 0, 0, 0});
                connection.getInputStream().readNBytes(PREFACE_AND_SETTINGS);
                calls += connection.getInputStream().read() >= 0 ? 1 : 0;
            } catch (IOException e) {
                // the end of the test
            }
        }
        return calls;
    }

    @Test
    void connectsAgainWhenTheSidecarWasRestarted() {
        var first = saving(builder -> builder);
        try (var client = clientOf(first)) {
            client.saveToken(TOKEN);
            first.close();
            try (var second = new ScriptedSidecar(first.port())) {
                second.answers(ConnectionTest::saved);
                client.saveToken(TOKEN);

                assertThat(second.calls()).isEqualTo(1);
            }
        }
    }

    @Test
    void isSharedByTheClientsOfAnAddressAndEndsWithTheLast() throws IOException {
        try (var sidecar = saving(builder -> builder)) {
            var threads = threads();
            var files = openFiles();
            var clients = new ArrayList<TokenStoreClient>();
            for (var i = 0; i < 400; i++) {
                clients.add(clientOf(sidecar));
                clients.get(i).saveToken(TOKEN);
            }

            assertThat(threads()).isEqualTo(threads + 1);
            assertThat(openFiles()).isLessThan(files + 10);
            for (var client : clients.subList(1, clients.size())) {
                client.close();
                client.close();
            }
            clients.get(0).saveToken(TOKEN);
            clients.get(0).close();
            await().untilAsserted(() -> assertThat(threads()).isEqualTo(threads));
        }
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals("tokenstore-client"))
                .count();
    }

    private static long openFiles() throws IOException {
        try (var files = Files.list(Path.of("/proc/self/fd"))) {
            return files.count();
        }
    }

    @Test
    void closingAClientEndsItsCallsAndNoOthers() {
        var never = new CountDownLatch(1);
        try (var sidecar = new ScriptedSidecar(0);
                var other = clientOf(sidecar)) {
            var client = clientOf(sidecar);
            sidecar.answers(() -> {
                awaitQuietly(never);
                return saved();
            });
            var cancelled = CompletableFuture.supplyAsync(
                    () -> catchThrowableOfType(TokenStoreException.class, () -> client.saveToken(TOKEN)));
            var kept = CompletableFuture.supplyAsync(() -> other.saveToken(TOKEN));
            await().until(() -> sidecar.calls() == 2);

            client.close();

            for (var failure : List.of(
                    cancelled.join(),
                    catchThrowableOfType(TokenStoreException.class, () -> client.findTokenById("1")))) {
                assertThat(failure).hasMessage("this TokenStoreClient is closed; make a new one");
                assertThat(failure.status()).isEqualTo(StatusCode.CANCELLED);
            }
            never.countDown();
            assertThat(kept.join().id()).contains("1");
        }
    }

    @Test
    void anInterruptEndsTheCallAndStaysSet() {
        var never = new CountDownLatch(1);
        try (var sidecar = new ScriptedSidecar(0);
                var client = clientOf(sidecar)) {
            sidecar.answers(() -> {
                awaitQuietly(never);
                return saved();
            });

            Thread.currentThread().interrupt();
            var failure = catchThrowableOfType(TokenStoreException.class, () -> client.saveToken(TOKEN));

            assertThat(Thread.interrupted()).isTrue();
            assertThat(failure.status()).isEqualTo(StatusCode.CANCELLED);
            assertThat(failure).hasMessageContaining("was interrupted");
            never.countDown();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int saveAtOnce(TokenStoreClient client, int count) {
        return (int)
                IntStream.range(0, count)
                        .mapToObj(i -> CompletableFuture.supplyAsync(() -> client.saveToken(TOKEN)))
                        .toList()
                        .stream()
                        .map(CompletableFuture::join)
                        .filter(saved -> saved.id().isPresent())
                        .count();
    }

    private static ScriptedSidecar saving(UnaryOperator<NettyServerBuilder> settings) {
        return new ScriptedSidecar(0, settings).answers(ConnectionTest::saved);
    }

    private static SaveTokenResponse saved() {
        return SaveTokenResponse.newBuilder()
                .setToken(Token.newBuilder().setId("1"))
                .build();
    }

    private static TokenStoreClient clientOf(ScriptedSidecar sidecar) {
        return TokenStoreClient.connect("127.0.0.1:" + sidecar.port());
    }
}
