package dev.tokenstore.demo;

import dev.tokenstore.proto.v1.TokenStoreServiceGrpc;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc.TokenStoreServiceBlockingStub;
import dev.tokenstore.testing.product.SidecarProcess;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/// A running sidecar, and a client of it on loopback.
record Sidecar(SidecarProcess process, ManagedChannel channel) implements AutoCloseable {
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);
    private static final Duration CALL = Duration.ofSeconds(20);

    static Sidecar of(SidecarProcess process) {
        var channel = Grpc.newChannelBuilder(process.address(), InsecureChannelCredentials.create());
        return new Sidecar(process, channel.build());
    }

    /// Where to reach it, as `TOKENSTORE_ADDRESS` has it.
    String address() {
        return process.address();
    }

    void awaitReady(Terminal terminal) {
        terminal.await("the sidecar at " + address() + " is ready", READY_WITHIN, process::isReady);
    }

    TokenStoreServiceBlockingStub calls() {
        return TokenStoreServiceGrpc.newBlockingStub(channel).withDeadlineAfter(CALL.toSeconds(), TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        process.close();
    }
}
