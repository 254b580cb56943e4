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

/// The gRPC channel to a sidecar. Reconnects by itself. Thread-safe.
final class SidecarChannel implements AutoCloseable {
    private static final Map<String, ?> RETRY_POLICY = Map.of(
            "maxAttempts",
            5.0,
            "initialBackoff",
            "0.2s",
            "maxBackoff",
            "2s",
            "backoffMultiplier",
            2.0,
            "retryableStatusCodes",
            // the transport reports UNKNOWN for a connection that breaks while a call is being sent
            List.of("UNAVAILABLE", "UNKNOWN"));

    /// Retries idempotent calls only. A repeated save could undo another caller's save or revive a token that was
    /// deleted in between; a save waits for the connection instead, so that a restart of the sidecar loses no
    /// refreshed token. A repeated DeleteTokens would delete tokens that were saved in between.
    private static final Map<String, ?> SERVICE_CONFIG = Map.of(
            "methodConfig",
            List.of(
                    Map.of(
                            "name",
                            methods("FindToken", "FindTokenById", "GetTokens", "DeleteToken"),
                            "retryPolicy",
                            RETRY_POLICY),
                    Map.of("name", methods("SaveToken"), "waitForReady", true)));

    private static List<Map<String, ?>> methods(String... names) {
        return Stream.of(names)
                .map(name -> Map.of("service", TokenStoreServiceGrpc.SERVICE_NAME, "method", name))
                .collect(Collectors.toUnmodifiableList());
    }

    private final SidecarAddress address;
    private final Optional<EventLoopGroup> unixThreads;
    private final ManagedChannel channel;

    SidecarChannel(SidecarAddress address) {
        this.address = address;
        unixThreads = address.isUnix() ? Optional.of(address.newUnixThreads()) : Optional.empty();
        channel = address.channelBuilder(unixThreads)
                .usePlaintext()
                // tokens must not pass through the proxy that the app may use
                .proxyDetector(server -> null)
                .defaultServiceConfig(SERVICE_CONFIG)
                .disableServiceConfigLookUp()
                .enableRetry()
                .build();
    }

    String address() {
        return address.toString();
    }

    /// Returns the channel, connected or connecting.
    ///
    /// Ends the backoff of a failed connection, during which gRPC fails every call for up to two minutes. The sidecar
    /// is on the same machine, so a connection attempt per call costs little.
    Channel channel() {
        if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            channel.resetConnectBackoff();
        }
        return channel;
    }

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
