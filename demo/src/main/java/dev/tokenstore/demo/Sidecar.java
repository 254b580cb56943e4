package dev.tokenstore.demo;

import dev.tokenstore.proto.v1.TokenStoreServiceGrpc;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc.TokenStoreServiceBlockingStub;
import dev.tokenstore.testing.process.Ports;
import dev.tokenstore.testing.process.Program;
import dev.tokenstore.testing.process.ProgramProcess;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A running sidecar, and a client of it on loopback.
final class Sidecar implements AutoCloseable {
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);
    private static final Duration CALL = Duration.ofSeconds(20);

    private final String name;
    private final int port;
    private final ProgramProcess process;
    private final ManagedChannel channel;

    private Sidecar(String name, int port, ProgramProcess process) {
        this.name = name;
        this.port = port;
        this.process = process;
        this.channel = Grpc.newChannelBuilder(address(), InsecureChannelCredentials.create())
                .build();
    }

    /// Starts a sidecar for a store under an app's account.
    ///
    /// @param port on loopback; 0 for any free one
    static Sidecar start(String name, Path jar, String store, Path kubeconfig, int port, Path folder) {
        var tcp = port == 0 ? Ports.free() : port;
        var arguments = List.of(
                "--store",
                store,
                "--kubeconfig",
                kubeconfig.toString(),
                "--tcp",
                "127.0.0.1:" + tcp,
                "--metrics",
                "off",
                "--log-format",
                "json");
        var program = new Program(name, jar, Program.SMALL, arguments, Map.of());
        return new Sidecar(name, tcp, ProgramProcess.start(program, folder.resolve(name + ".log")));
    }

    /// Where to reach it, as `TOKENSTORE_ADDRESS` has it.
    String address() {
        return "127.0.0.1:" + port;
    }

    ProgramProcess process() {
        return process;
    }

    void awaitReady(Terminal terminal) {
        terminal.await(name + " is ready", READY_WITHIN, () -> {
            process.requireAlive();
            return isReady();
        });
    }

    private boolean isReady() {
        try {
            var request = HealthCheckRequest.newBuilder()
                    .setService(TokenStoreServiceGrpc.SERVICE_NAME)
                    .build();
            return HealthGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(1, TimeUnit.SECONDS)
                    .check(request)
                    .getStatus()
                    .equals(ServingStatus.SERVING);
        } catch (StatusRuntimeException e) {
            return false;
        }
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
