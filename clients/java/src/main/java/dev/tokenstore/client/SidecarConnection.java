package dev.tokenstore.client;

import dev.tokenstore.proto.v1.TokenStoreServiceGrpc;
import io.grpc.Channel;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.netty.channel.EventLoopGroup;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The connection to a sidecar, made again whenever it was lost. Thread-safe.
final class SidecarConnection implements AutoCloseable {
    private static final int MAX_REPLY_BYTES = 16 * 1024 * 1024;

    private static final Map<String, ?> REPEATED = Map.of(
            "maxAttempts",
            5.0,
            "initialBackoff",
            "0.2s",
            "maxBackoff",
            "2s",
            "backoffMultiplier",
            2.0,
            "retryableStatusCodes",
            // a connection that breaks as a call is sent on it counts as UNKNOWN
            List.of("UNAVAILABLE", "UNKNOWN"));

    /// Repeated is only what may happen twice. A save must not: a repeated one could undo another's save or revive a
    /// token that was deleted in between; it waits for the sidecar instead, for a fresh token is too dear to be
    /// lost with a restart. A repeated DeleteTokens would delete what was saved in between.
    private static final Map<String, ?> SERVICE_CONFIG = Map.of(
            "methodConfig",
            List.of(
                    Map.of(
                            "name",
                            methods("FindToken", "FindTokenById", "GetTokens", "DeleteToken"),
                            "retryPolicy",
                            REPEATED),
                    Map.of("name", methods("SaveToken"), "waitForReady", true)));

    private static List<Map<String, ?>> methods(String... names) {
        return Stream.of(names)
                .map(name -> Map.of("service", TokenStoreServiceGrpc.SERVICE_NAME, "method", name))
                .collect(Collectors.toUnmodifiableList());
    }

    private final SidecarAddress address;
    private final Optional<EventLoopGroup> unixThreads;
    private final ManagedChannel channel;

    SidecarConnection(SidecarAddress address) {
        this.address = address;
        unixThreads = address.isUnix() ? Optional.of(address.newUnixThreads()) : Optional.empty();
        channel = address.channelBuilder(unixThreads)
                .usePlaintext()
                .maxInboundMessageSize(MAX_REPLY_BYTES)
                // tokens go to the sidecar alone, whatever proxy the app uses
                .proxyDetector(server -> null)
                .defaultServiceConfig(SERVICE_CONFIG)
                .disableServiceConfigLookUp()
                .enableRetry()
                .build();
    }

    String address() {
        return address.toString();
    }

    /// The channel, on its way to a connection.
    ///
    /// After failures gRPC would wait for up to two minutes before it connects again, and fail every call
    /// meanwhile. A sidecar is on the same machine: asking for it at every call costs nothing.
    Channel channel() {
        if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            channel.resetConnectBackoff();
        }
        return channel;
    }

    /// Whether there is a connection at this moment.
    boolean isConnected() {
        return channel.getState(false) == ConnectivityState.READY;
    }

    @Override
    public void close() {
        channel.shutdownNow();
        try {
            channel.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        unixThreads.ifPresent(threads ->
                threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS));
    }
}
