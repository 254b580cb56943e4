package dev.tokenstore.sidecar.grpc;

import dev.tokenstore.proto.v1.TokenStoreServiceGrpc;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.refresh.RefreshCoordinator;
import io.grpc.Deadline;
import io.grpc.Server;
import io.grpc.ServerInterceptors;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.services.HealthStatusManager;
import io.grpc.protobuf.services.ProtoReflectionService;
import io.grpc.protobuf.services.ProtoReflectionServiceV1;
import io.grpc.stub.StreamObserver;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/// The token store service, health and reflection, on any number of addresses; and health alone for probes.
///
/// Calls run on virtual threads. Thread-safe.
public final class GrpcServer implements AutoCloseable {
    private static final int IO_THREADS = 2;

    /// A probe's request holds the name of a service.
    private static final int MAX_PROBE_BYTES = 1024;

    /// Streams that a connection may have open beside the calls that the limit lets in: health watches, reflection, and
    /// calls that are about to be refused.
    static final int SPARE_STREAMS = 64;

    /// How long streams that never end by themselves (health watches, reflection) may outlive the last call.
    private static final Duration STREAM_GRACE = Duration.ofMillis(500);

    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final TokenStoreGrpcService service;
    private final Limits limits;
    private final ConnectionIdentity connections;
    private final CallRecorder recorder;
    private final CallLimit callLimit;
    private final HealthStatusManager health = new HealthStatusManager();
    private final EventLoopGroup io = new MultiThreadIoEventLoopGroup(IO_THREADS, NioIoHandler.newFactory());
    private final ExecutorService calls = Executors.newThreadPerTaskExecutor(
            Thread.ofVirtual().name("call-", 0).factory());
    private final ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("call-deadlines").daemon().factory());
    private final List<Server> servers = new CopyOnWriteArrayList<>();

    /// What a caller may ask for.
    ///
    /// @param maxMessageBytes of one request
    /// @param maxConcurrentCalls over all addresses; more are refused
    /// @param defaultDeadline for calls whose caller set none
    public record Limits(int maxMessageBytes, int maxConcurrentCalls, Duration defaultDeadline) {}

    /// Creates a server that does not listen yet. Health of the process is `SERVING`, of the service `NOT_SERVING`.
    public GrpcServer(TokenStore store, RefreshCoordinator refreshes, Limits limits, CallListener listener) {
        this.service = new TokenStoreGrpcService(store, refreshes, listener);
        this.connections = new ConnectionIdentity(refreshes::connectionEnded);
        this.limits = limits;
        this.recorder = new CallRecorder(listener);
        this.callLimit = new CallLimit(limits.maxConcurrentCalls());
        // otherwise a finished call stays in memory until its deadline, which the caller chooses
        timer.setRemoveOnCancelPolicy(true);
        health.setStatus(TokenStoreServiceGrpc.SERVICE_NAME, ServingStatus.NOT_SERVING);
    }

    /// Serves on a TCP address; port 0 is any free one.
    ///
    /// @return the port
    /// @throws IOException if the address cannot be had
    public int listen(InetSocketAddress address) throws IOException {
        return startTokenStore(NettyServerBuilder.forAddress(address).channelType(NioServerSocketChannel.class))
                .getPort();
    }

    /// Serves on a Unix socket.
    ///
    /// @param socket a path where nothing is
    /// @throws IOException if the socket cannot be made
    public void listen(Path socket) throws IOException {
        startTokenStore(NettyServerBuilder.forAddress(UnixDomainSocketAddress.of(socket))
                .channelType(NioServerDomainSocketChannel.class)
                // the builder sets this option, which a Unix socket does not have; netty warns at every connection
                .withChildOption(ChannelOption.SO_KEEPALIVE, null));
    }

    /// Serves health alone on a TCP address, for probes from outside of the pod. See [ProbeHealthService].
    ///
    /// @param whyNotReady a sentence; empty once the store has answered
    /// @return the port
    /// @throws IOException if the address cannot be had
    public int listenForProbes(InetSocketAddress address, Supplier<Optional<String>> whyNotReady) throws IOException {
        return start(NettyServerBuilder.forAddress(address)
                        .channelType(NioServerSocketChannel.class)
                        .maxInboundMessageSize(MAX_PROBE_BYTES)
                        // a probe is one short call; nobody else who reaches the port may hold resources for long
                        .maxConcurrentCallsPerConnection(4)
                        .maxConnectionAge(1, TimeUnit.MINUTES)
                        .maxConnectionAgeGrace(5, TimeUnit.SECONDS)
                        .addService(new ProbeHealthService(whyNotReady)))
                .getPort();
    }

    @SuppressWarnings("deprecation") // older grpcurl speaks v1alpha only
    private Server startTokenStore(NettyServerBuilder builder) throws IOException {
        var deadline = new CallDeadline(limits.defaultDeadline(), timer);
        return start(builder.maxInboundMessageSize(limits.maxMessageBytes())
                .addTransportFilter(connections)
                .maxConcurrentCallsPerConnection(
                        Math.min(limits.maxConcurrentCalls(), Integer.MAX_VALUE - SPARE_STREAMS) + SPARE_STREAMS)
                .permitKeepAliveTime(10, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .addService(ServerInterceptors.interceptForward(service, recorder, callLimit, deadline))
                .addService(health.getHealthService())
                .addService(ProtoReflectionServiceV1.newInstance())
                .addService(ProtoReflectionService.newInstance()));
    }

    private Server start(NettyServerBuilder builder) throws IOException {
        var server = builder.bossEventLoopGroup(io)
                .workerEventLoopGroup(io)
                .executor(calls)
                .build()
                .start();
        servers.add(server);
        return server;
    }

    /// Returns whether the server answers a call over a new connection to each address.
    ///
    /// @param addresses of this server: `unix:` and a path, or a host and a port
    /// @param timeout for all of them
    public boolean answers(Collection<String> addresses, Duration timeout) {
        var deadline = Deadline.after(timeout.toNanos(), TimeUnit.NANOSECONDS);
        return addresses.stream().allMatch(address -> answers(address, deadline));
    }

    private boolean answers(String address, Deadline deadline) {
        var channel = LocalChannel.open(address, io);
        try {
            // threads of a server that is being closed may take a call, and never end it
            var answer = new FirstAnswer();
            HealthGrpc.newStub(channel).withDeadline(deadline).check(HealthCheckRequest.getDefaultInstance(), answer);
            answer.future.get(deadline.timeRemaining(TimeUnit.NANOSECONDS), TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException | TimeoutException | RejectedExecutionException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            channel.shutdownNow();
        }
    }

    /// The answer to one health check.
    private static final class FirstAnswer implements StreamObserver<HealthCheckResponse> {
        private final CompletableFuture<HealthCheckResponse> future = new CompletableFuture<>();

        @Override
        public void onNext(HealthCheckResponse response) {
            future.complete(response);
        }

        @Override
        public void onError(Throwable failure) {
            future.completeExceptionally(failure);
        }

        @Override
        public void onCompleted() {}
    }

    /// Declares the token store service healthy, until [#drain].
    public void becomeReady() {
        health.setStatus(TokenStoreServiceGrpc.SERVICE_NAME, ServingStatus.SERVING);
    }

    /// How many calls of the token store service are in flight.
    public int callsInFlight() {
        return callLimit.callsInFlight();
    }

    /// How many deadlines are scheduled.
    int scheduledDeadlines() {
        return timer.getQueue().size();
    }

    /// Declares everything unhealthy, accepts nothing new and lets calls finish; what has not finished in time, or when
    /// this thread is interrupted, is cut off.
    ///
    /// @return the number of calls that were cut off
    public int drain(Duration limit) {
        health.enterTerminalState();
        servers.forEach(Server::shutdown);
        var begin = System.nanoTime();
        var cut = 0;
        try {
            while (!areTerminated()) {
                var waited = Duration.ofNanos(System.nanoTime() - begin);
                var patience = callsInFlight() > 0 || limit.compareTo(STREAM_GRACE) < 0 ? limit : STREAM_GRACE;
                if (waited.compareTo(patience) >= 0) {
                    cut = callsInFlight();
                    break;
                }
                Thread.sleep(10);
            }
        } catch (InterruptedException e) {
            cut = callsInFlight();
        }
        close();
        return cut;
    }

    private boolean areTerminated() {
        return servers.stream().allMatch(Server::isTerminated);
    }

    /// Cuts off all calls in flight and ends all threads.
    @Override
    public void close() {
        servers.forEach(Server::shutdownNow);
        try {
            for (var server : servers) {
                server.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            }
            calls.shutdownNow();
            calls.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        timer.shutdownNow();
        io.shutdownGracefully(0, CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }
}
