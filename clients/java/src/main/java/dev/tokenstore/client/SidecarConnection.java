package dev.tokenstore.client;

import io.grpc.Channel;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.netty.channel.EventLoopGroup;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The connection to a sidecar, made again whenever it was lost. Thread-safe.
final class SidecarConnection implements AutoCloseable {
    private static final int MAX_REPLY_BYTES = 16 * 1024 * 1024;

    /// Every operation may be repeated as it is, by the contract of the API: a find changes nothing, a deletion of what
    /// is gone succeeds, and a save that happened already finds its own row.
    private static final Map<String, ?> REPEAT_WHEN_UNAVAILABLE = Map.of(
            "methodConfig",
            List.of(Map.of(
                    "name",
                    List.of(Map.of("service", "tokenstore.v1.TokenStoreService")),
                    "retryPolicy",
                    Map.of(
                            "maxAttempts",
                            5.0,
                            "initialBackoff",
                            "0.1s",
                            "maxBackoff",
                            "1s",
                            "backoffMultiplier",
                            2.0,
                            "retryableStatusCodes",
                            List.of("UNAVAILABLE")))));

    private final SidecarAddress address;
    private final Optional<EventLoopGroup> unixThreads;
    private final ManagedChannel repeating;
    private @Nullable ManagedChannel once;

    SidecarConnection(SidecarAddress address) {
        this.address = address;
        unixThreads = address.isUnix() ? Optional.of(address.newUnixThreads()) : Optional.empty();
        repeating = address.channelBuilder(unixThreads)
                .usePlaintext()
                .maxInboundMessageSize(MAX_REPLY_BYTES)
                .defaultServiceConfig(REPEAT_WHEN_UNAVAILABLE)
                .disableServiceConfigLookUp()
                .enableRetry()
                .build();
    }

    String address() {
        return address.toString();
    }

    Channel channel() {
        return connectingAtOnce(repeating);
    }

    /// A channel of its own, for the repetitions of one cannot be turned off for a single call.
    synchronized Channel withoutRetries() {
        if (once == null) {
            once = address.channelBuilder(unixThreads)
                    .usePlaintext()
                    .maxInboundMessageSize(MAX_REPLY_BYTES)
                    .disableServiceConfigLookUp()
                    .disableRetry()
                    .build();
        }
        return connectingAtOnce(once);
    }

    /// After failures gRPC would wait for up to two minutes before it connects again, and fail every call meanwhile. A
    /// sidecar is on the same machine: asking for it at every call costs nothing.
    private static ManagedChannel connectingAtOnce(ManagedChannel channel) {
        if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
            channel.resetConnectBackoff();
        }
        return channel;
    }

    @Override
    public synchronized void close() {
        repeating.shutdownNow();
        if (once != null) {
            once.shutdownNow();
        }
        try {
            repeating.awaitTermination(1, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        unixThreads.ifPresent(threads ->
                threads.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS));
    }
}
