package dev.tokenstore.sidecar.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.proto.v1.DeleteTokensRequest;
import dev.tokenstore.proto.v1.DeleteTokensResponse;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.Token;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrpcServerTest {
    private static final DeleteTokensRequest CALL = DeleteTokensRequest.getDefaultInstance();
    private static final Executor THREADS = Thread::startVirtualThread;

    @Test
    void listsTheServiceByReflection() throws Exception {
        try (var served = new ServedStore(new ScriptedStorage(() -> {}))) {
            var services = new CompletableFuture<List<String>>();
            var requests = ServerReflectionGrpc.newStub(served.channel)
                    .serverReflectionInfo(new StreamObserver<ServerReflectionResponse>() {
                        @Override
                        public void onNext(ServerReflectionResponse response) {
                            services.complete(response.getListServicesResponse().getServiceList().stream()
                                    .map(ServiceResponse::getName)
                                    .toList());
                        }

                        @Override
                        public void onError(Throwable failure) {
                            services.completeExceptionally(failure);
                        }

                        @Override
                        public void onCompleted() {}
                    });
            requests.onNext(
                    ServerReflectionRequest.newBuilder().setListServices("").build());

            assertThat(services.get(10, TimeUnit.SECONDS))
                    .contains(
                            "tokenstore.v1.TokenStoreService",
                            "grpc.health.v1.Health",
                            "grpc.reflection.v1.ServerReflection",
                            "grpc.reflection.v1alpha.ServerReflection");
            requests.onCompleted();
        }
    }

    @Test
    void isHealthyAsAProcessAtOnceAndAsAServiceOnceReady() {
        try (var served = new ServedStore(new ScriptedStorage(() -> {}))) {
            assertThat(health(served, "")).isEqualTo(ServingStatus.SERVING);
            assertThat(health(served, TokenStoreServiceGrpc.SERVICE_NAME)).isEqualTo(ServingStatus.NOT_SERVING);

            served.server.becomeReady();

            assertThat(health(served, TokenStoreServiceGrpc.SERVICE_NAME)).isEqualTo(ServingStatus.SERVING);
        }
    }

    @Test
    void tellsAKubeletWhyTheStoreIsNotReadyAndServesItNoTokens() throws Exception {
        var why = new AtomicReference<>(Optional.of("store crm does not exist"));
        try (var served = new ServedStore(new ScriptedStorage(() -> {}))) {
            var port =
                    served.server.listenForProbes(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), why::get);
            var channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                    .usePlaintext()
                    .build();
            try {
                assertThat(health(channel, "")).isEqualTo(ServingStatus.SERVING);
                assertThatThrownBy(() -> health(channel, TokenStoreServiceGrpc.SERVICE_NAME))
                        .hasMessage("UNAVAILABLE: store crm does not exist");
                assertThatThrownBy(() -> health(channel, "another")).hasMessage("NOT_FOUND: unknown service");
                assertThatThrownBy(() ->
                                TokenStoreServiceGrpc.newBlockingStub(channel).deleteTokens(CALL))
                        .hasMessageStartingWith("UNIMPLEMENTED");

                why.set(Optional.empty());

                assertThat(health(channel, TokenStoreServiceGrpc.SERVICE_NAME)).isEqualTo(ServingStatus.SERVING);
            } finally {
                channel.shutdownNow();
            }
        }
    }

    @Test
    void refusesMessagesOverTheLimit() {
        try (var served = new ServedStore(new ScriptedStorage(() -> {}))) {
            var tooLarge = SaveTokenRequest.newBuilder()
                    .setToken(Token.newBuilder().setAccessToken("fixture-secret".repeat(10_000)))
                    .build();

            assertThatThrownBy(() -> served.client().saveToken(tooLarge))
                    .isInstanceOfSatisfying(
                            StatusRuntimeException.class,
                            failure ->
                                    assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.RESOURCE_EXHAUSTED))
                    .hasMessageNotContaining("fixture-secret");
        }
    }

    @Test
    void refusesCallsOverTheLimitAndNoMoreOnceOneHasEnded() throws Exception {
        var blocked = new CountDownLatch(1);
        var storage = new ScriptedStorage(() -> await().until(() -> blocked.getCount() == 0));
        var limits = new GrpcServer.Limits(1024, 2, Duration.ofSeconds(20));
        try (var served = new ServedStore(storage, limits)) {
            var first = call(served);
            var second = call(served);
            await().until(() -> served.server.callsInFlight() == 2);

            var failure = Failure.of(() -> served.client().deleteTokens(CALL));

            assertThat(failure.status()).isEqualTo("RESOURCE_EXHAUSTED");
            assertThat(failure.reason()).isEqualTo("OVERLOADED");
            assertThat(health(served, "")).isEqualTo(ServingStatus.SERVING);
            blocked.countDown();
            first.get();
            second.get();
            await().until(() -> served.server.callsInFlight() == 0);
            assertThat(served.client().deleteTokens(CALL)).isEqualTo(DeleteTokensResponse.getDefaultInstance());
        }
    }

    @Test
    void callsWhoseMessageNeverComesLockNobodyOut() {
        var limits = new GrpcServer.Limits(1024, 2, Duration.ofSeconds(20));
        // a client sends the headers of a unary call only together with its message
        var method = TokenStoreServiceGrpc.getDeleteTokensMethod().toBuilder()
                .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
                .build();
        try (var served = new ServedStore(new ScriptedStorage(() -> {}), limits)) {
            for (int i = 0; i < 20; i++) {
                served.channel
                        .newCall(method, CallOptions.DEFAULT.withDeadlineAfter(99_999_999, TimeUnit.HOURS))
                        .start(new ClientCall.Listener<>() {}, new Metadata());
            }

            for (int i = 0; i < 50; i++) {
                assertThat(served.client().deleteTokens(CALL)).isEqualTo(DeleteTokensResponse.getDefaultInstance());
                await().until(() -> served.server.callsInFlight() == 0);
            }
        }
    }

    @Test
    void boundsTheStreamsOfAConnection() {
        var limits = new GrpcServer.Limits(1024, 2, Duration.ofSeconds(20));
        var bound = 2 + GrpcServer.SPARE_STREAMS;
        try (var served = new ServedStore(new ScriptedStorage(() -> {}), limits)) {
            var watched = new ArrayList<BlockingQueue<ServingStatus>>();
            for (int i = 0; i < 10 * bound; i++) {
                watched.add(watchHealth(served));
            }

            await().during(Duration.ofMillis(500))
                    .until(() -> watched.stream()
                                    .filter(statuses -> !statuses.isEmpty())
                                    .count()
                            == bound);
        }
    }

    @Test
    void givesUpACallWithoutADeadlineInTimeAndInterruptsItsWork() {
        var interrupted = new AtomicBoolean();
        var limits = new GrpcServer.Limits(1024, 2, Duration.ofMillis(100));
        try (var served = new ServedStore(untilInterrupted(interrupted), limits)) {
            var failure = Failure.of(() -> served.client().deleteTokens(CALL));

            assertThat(failure.status()).isEqualTo("DEADLINE_EXCEEDED");
            assertThat(failure.reason()).isEqualTo("DEADLINE_EXCEEDED");
            await().untilTrue(interrupted);
            await().until(() -> served.server.callsInFlight() == 0);
            assertThat(served.calls)
                    .singleElement()
                    .satisfies(call -> assertThat(call.status()).isEqualTo("DEADLINE_EXCEEDED"));
        }
    }

    @Test
    void answersInTimeThoughTheStorageDoesNot() {
        var blocked = new CountDownLatch(1);
        var storage = new ScriptedStorage(() -> await().until(() -> blocked.getCount() == 0));
        var limits = new GrpcServer.Limits(1024, 2, Duration.ofMillis(100));
        try (var served = new ServedStore(storage, limits)) {
            assertThat(Failure.of(() -> served.client().deleteTokens(CALL)).reason())
                    .isEqualTo("DEADLINE_EXCEEDED");
            blocked.countDown();
        }
    }

    @Test
    void answersBeforeTheCallersOwnDeadlineAndHonoursItsCancelling() {
        var interruptions = new AtomicInteger();
        var storage = new ScriptedStorage(() -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interruptions.incrementAndGet();
            }
        });
        try (var served = new ServedStore(storage)) {
            var failure = Failure.of(
                    () -> served.client().withDeadlineAfter(5, TimeUnit.SECONDS).deleteTokens(CALL));
            // before the caller gives up, who would not learn the reason then
            assertThat(failure.reason()).isEqualTo("DEADLINE_EXCEEDED");
            await().until(() -> interruptions.get() == 1);

            try (var context = Context.current().withCancellation()) {
                CompletableFuture.supplyAsync(
                                () -> served.client().deleteTokens(CALL), context.fixedContextExecutor(THREADS))
                        .exceptionally(cancelled -> null);
                await().until(() -> served.server.callsInFlight() == 1);
            }
            await().until(() -> interruptions.get() == 2);
        }
    }

    @Test
    void aCallWithHardlyAnyTimeIsAnsweredOnceAndLeavesNothing() {
        var interrupted = new AtomicBoolean();
        try (var served = new ServedStore(untilInterrupted(interrupted))) {
            assertThatThrownBy(() -> served.client()
                            .withDeadlineAfter(5, TimeUnit.MILLISECONDS)
                            .deleteTokens(CALL))
                    .hasMessageStartingWith("DEADLINE_EXCEEDED");
            await().until(() -> served.server.callsInFlight() == 0);
        }
    }

    @Test
    void aCallThatHasEndedLeavesNothingUntilItsDeadline() {
        try (var served = new ServedStore(new ScriptedStorage(() -> {}))) {
            for (int i = 0; i < 100; i++) {
                served.client().withDeadlineAfter(1, TimeUnit.HOURS).deleteTokens(CALL);
            }
            await().until(() -> served.server.scheduledDeadlines() == 0);
        }
    }

    @Test
    void answersOnAllOfItsAddressesUntilItIsClosed() throws Exception {
        try (var served = new ServedStore(new ScriptedStorage(() -> {}))) {
            var port = served.server.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            var address = "127.0.0.1:" + port;
            assertThat(served.server.answers(List.of(address), Duration.ofSeconds(10)))
                    .isTrue();
            assertThat(served.server.answers(List.of(address, "127.0.0.1:1"), Duration.ofSeconds(10)))
                    .isFalse();

            served.server.drain(Duration.ZERO);

            assertThat(served.server.answers(List.of(address), Duration.ofSeconds(10)))
                    .isFalse();
        }
    }

    @Test
    void letsCallsFinishWhenItDrains() throws Exception {
        var blocked = new CountDownLatch(1);
        var storage = new ScriptedStorage(() -> await().until(() -> blocked.getCount() == 0));
        try (var served = new ServedStore(storage)) {
            served.server.becomeReady();
            var statuses = watchHealth(served);
            assertThat(statuses.poll(10, TimeUnit.SECONDS)).isEqualTo(ServingStatus.SERVING);
            var call = call(served);
            await().until(() -> served.server.callsInFlight() == 1);

            var cut = CompletableFuture.supplyAsync(() -> served.server.drain(Duration.ofSeconds(20)), THREADS);

            assertThat(statuses.poll(10, TimeUnit.SECONDS)).isEqualTo(ServingStatus.NOT_SERVING);
            assertThat(cut).isNotDone();
            blocked.countDown();
            assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo(DeleteTokensResponse.getDefaultInstance());
            assertThat(cut.get(10, TimeUnit.SECONDS)).isZero();
        }
    }

    @Test
    void cutsOffWhatDoesNotFinishInTimeAndSaysHowMany() {
        var interrupted = new AtomicBoolean();
        try (var served = new ServedStore(untilInterrupted(interrupted))) {
            var call = call(served);
            await().until(() -> served.server.callsInFlight() == 1);

            assertThat(served.server.drain(Duration.ofMillis(100))).isEqualTo(1);

            await().untilTrue(interrupted);
            await().until(call::isDone);
        }
    }

    @Test
    void cutsOffAtOnceWhenTheWaitIsInterrupted() throws Exception {
        var interrupted = new AtomicBoolean();
        try (var served = new ServedStore(untilInterrupted(interrupted))) {
            var call = call(served);
            await().until(() -> served.server.callsInFlight() == 1);
            var cut = new CompletableFuture<Integer>();
            var draining = Thread.ofVirtual().start(() -> cut.complete(served.server.drain(Duration.ofHours(1))));

            draining.interrupt();

            assertThat(cut.get(10, TimeUnit.SECONDS)).isEqualTo(1);
            await().untilTrue(interrupted);
            await().until(call::isDone);
        }
    }

    @Test
    void servesOnAUnixSocket(@TempDir Path directory) throws IOException {
        var io = new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
        try (var served = new ServedStore(new ScriptedStorage(() -> {}))) {
            var socket = directory.resolve("s");
            served.server.listen(socket);
            var channel = NettyChannelBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                    .channelType(NioDomainSocketChannel.class)
                    .eventLoopGroup(io)
                    .withOption(ChannelOption.SO_KEEPALIVE, null)
                    .usePlaintext()
                    .build();

            var response = TokenStoreServiceGrpc.newBlockingStub(channel).deleteTokens(CALL);

            assertThat(response.getDeletedCount()).isZero();
            channel.shutdownNow();
        } finally {
            io.shutdownGracefully(0, 1, TimeUnit.SECONDS);
        }
    }

    private static ScriptedStorage untilInterrupted(AtomicBoolean interrupted) {
        return new ScriptedStorage(() -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.set(true);
            }
        });
    }

    private static CompletableFuture<DeleteTokensResponse> call(ServedStore served) {
        return CompletableFuture.supplyAsync(() -> served.client().deleteTokens(CALL), THREADS);
    }

    private static ServingStatus health(ServedStore served, String service) {
        return health(served.channel, service);
    }

    private static ServingStatus health(Channel channel, String service) {
        return HealthGrpc.newBlockingStub(channel)
                .check(HealthCheckRequest.newBuilder().setService(service).build())
                .getStatus();
    }

    private static BlockingQueue<ServingStatus> watchHealth(ServedStore served) {
        var statuses = new LinkedBlockingQueue<ServingStatus>();
        HealthGrpc.newStub(served.channel)
                .watch(
                        HealthCheckRequest.newBuilder()
                                .setService(TokenStoreServiceGrpc.SERVICE_NAME)
                                .build(),
                        new StreamObserver<>() {
                            @Override
                            public void onNext(HealthCheckResponse response) {
                                statuses.add(response.getStatus());
                            }

                            @Override
                            public void onError(Throwable failure) {}

                            @Override
                            public void onCompleted() {}
                        });
        return statuses;
    }
}
