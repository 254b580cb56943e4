package dev.tokenstore.testbed;

import dev.tokenstore.proto.v1.TokenStoreServiceGrpc;
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
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// A sidecar as it ships, on addresses that stay its own while it is stopped and started. Thread-safe.
final class SidecarUnderTest implements AutoCloseable {
    private static final Duration SERVING_WITHIN = Duration.ofMinutes(2);
    private static final Duration PAUSE = Duration.ofMillis(50);

    private final int port = Ports.free();
    private final Path socket;
    private final Path log;
    private final Program program;
    private ProgramProcess process;

    private SidecarUnderTest(String id, Path jar, String store, Path kubeconfig, Path sockets, Path logs) {
        socket = sockets.resolve(id + ".sock");
        log = logs.resolve("sidecar-" + id + ".log");
        var arguments = List.of(
                "--store",
                store,
                "--kubeconfig",
                kubeconfig.toString(),
                "--tcp",
                address(),
                "--socket",
                socket.toString(),
                "--socket-mode",
                "0600",
                "--metrics",
                "off");
        program = new Program("sidecar", jar, Program.SMALL, arguments, Map.of());
        process = ProgramProcess.start(program, log);
    }

    /// Starts one; returns when it serves.
    ///
    /// @param jar the program
    /// @param sockets a folder with a short path
    static SidecarUnderTest start(String id, Path jar, String store, Path kubeconfig, Path sockets, Path logs) {
        var sidecar = new SidecarUnderTest(id, jar, store, kubeconfig, sockets, logs);
        try {
            sidecar.awaitServing();
            return sidecar;
        } catch (RuntimeException e) {
            sidecar.close();
            throw e;
        }
    }

    /// On loopback.
    String address() {
        return "127.0.0.1:" + port;
    }

    /// The same service, as gRPC writes the address.
    String socketAddress() {
        return "unix:" + socket;
    }

    synchronized void kill() {
        process.kill();
    }

    synchronized void stop() {
        process.terminate();
        process.exitCode();
    }

    /// Starts it again after [#kill()] or [#stop()]; returns when it serves.
    synchronized void startAgain() {
        if (process.isAlive()) {
            throw new ControlException(409, "the sidecar is running; kill or stop it first");
        }
        process = ProgramProcess.start(program, log);
        awaitServing();
    }

    private synchronized void awaitServing() {
        var start = System.nanoTime();
        // a channel made before somebody listens would wait for a second before it looks again
        awaitTrue(this::listens, start);
        var channel = Grpc.newChannelBuilder(address(), InsecureChannelCredentials.create())
                .build();
        try {
            awaitTrue(() -> serves(channel), start);
        } finally {
            channel.shutdownNow();
        }
    }

    private void awaitTrue(BooleanSupplier condition, long start) {
        while (!condition.getAsBoolean()) {
            process.requireAlive();
            if (System.nanoTime() - start > SERVING_WITHIN.toNanos()) {
                throw new ControlException(
                        500,
                        "the sidecar does not serve after " + SERVING_WITHIN.toSeconds() + " s; its log is " + log);
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ControlException(500, "interrupted");
            }
        }
    }

    private boolean listens() {
        try (var connection = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return connection.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean serves(ManagedChannel channel) {
        try {
            var request = HealthCheckRequest.newBuilder()
                    .setService(TokenStoreServiceGrpc.SERVICE_NAME)
                    .build();
            return HealthGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(5, TimeUnit.SECONDS)
                    .check(request)
                    .getStatus()
                    .equals(ServingStatus.SERVING);
        } catch (StatusRuntimeException e) {
            return false;
        }
    }

    /// Ends it without letting it finish anything.
    @Override
    public synchronized void close() {
        process.kill();
    }
}
