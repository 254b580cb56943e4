package dev.tokenstore.sidecar.grpc;

import dev.tokenstore.api.RefreshClaim;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc.TokenStoreServiceBlockingStub;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StoreSettings;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.UseRecorder;
import dev.tokenstore.store.embedded.CleanupListener;
import dev.tokenstore.store.memory.InMemoryTokenStorage;
import dev.tokenstore.store.refresh.RefreshCoordinator;
import dev.tokenstore.store.refresh.RefreshListener;
import dev.tokenstore.store.token.TokenFields;
import io.grpc.ManagedChannel;
import io.grpc.netty.NegotiationType;
import io.grpc.netty.NettyChannelBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;

/// A storage served on a free loopback port, and a client of it.
final class ServedStore implements AutoCloseable, CallListener {
    static final GrpcServer.Limits LIMITS = new GrpcServer.Limits(64 * 1024, 8, Duration.ofSeconds(20));

    final GrpcServer server;
    final ManagedChannel channel;
    final List<AnsweredCall> calls = new CopyOnWriteArrayList<>();
    final List<StorageException.Reason> storageFailures = new CopyOnWriteArrayList<>();
    final List<String> savedRows = new CopyOnWriteArrayList<>();
    private final TokenStore store;
    private final RefreshCoordinator refreshes;

    /// Serves an empty store in memory.
    ServedStore() {
        this(InMemoryTokenStorage.open(
                StoreSettings.KEEP_EVERYTHING, InstantSource.system(), new Random(7), new CleanupListener() {}));
    }

    ServedStore(TokenStorage storage) {
        this(storage, LIMITS);
    }

    ServedStore(TokenStorage storage, GrpcServer.Limits limits) {
        this.store = new TokenStore(storage, storage, UseRecorder.NONE, new Random(7));
        this.refreshes = new RefreshCoordinator(
                store,
                storage,
                () -> RefreshClaim.DEFAULT_DURATION,
                InstantSource.system(),
                new Random(7),
                RefreshListener.none());
        this.server = new GrpcServer(store, refreshes, limits, this);
        try {
            var port = server.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            this.channel = NettyChannelBuilder.forAddress("127.0.0.1", port)
                    .negotiationType(NegotiationType.PLAINTEXT)
                    .maxInboundMessageSize(4 * 1024 * 1024)
                    .build();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A further connection, which its caller ends.
    ManagedChannel anotherChannel() {
        return NettyChannelBuilder.forTarget(channel.authority())
                .negotiationType(NegotiationType.PLAINTEXT)
                .build();
    }

    TokenStoreServiceBlockingStub client() {
        return TokenStoreServiceGrpc.newBlockingStub(channel);
    }

    @Override
    public void answered(AnsweredCall call) {
        calls.add(call);
    }

    @Override
    public void saved(TokenFields given, StoredToken stored) {
        savedRows.add(stored.name());
    }

    @Override
    public void storageFailed(StorageException.Reason reason) {
        storageFailures.add(reason);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.close();
        store.close();
    }
}
