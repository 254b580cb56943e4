package dev.tokenstore.testbed;

import dev.tokenstore.testing.TestCluster;
import dev.tokenstore.testing.product.SidecarProcess;
import dev.tokenstore.testing.product.TestStore;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// The sidecars of the testbed. Thread-safe.
final class Sidecars implements AutoCloseable {
    private final TestCluster cluster;
    private final Path logs;
    private final AtomicInteger started = new AtomicInteger();
    private final Map<String, SidecarProcess> running = new ConcurrentHashMap<>();

    /// @param logs a folder for the logs
    Sidecars(TestCluster cluster, Path logs) {
        this.cluster = cluster;
        this.logs = logs;
    }

    /// Starts a sidecar with the rights of an app; returns its id and addresses when it is ready.
    Map<String, Object> start(TestStore store) {
        var id = Integer.toString(started.incrementAndGet());
        var sidecar = SidecarProcess.serving(store, cluster.kubeconfigFor(store.namespace(), Stores.APP), logs);
        running.put(id, sidecar);
        sidecar.awaitReady();
        return Map.of("id", id, "address", sidecar.address(), "socket", sidecar.socketAddress());
    }

    void kill(String id) {
        of(id).kill();
    }

    void stop(String id) {
        var sidecar = of(id);
        sidecar.terminate();
        sidecar.exitCode();
    }

    /// Starts it again after [#kill(String)] or [#stop(String)]; returns when it is ready.
    void startAgain(String id) {
        var sidecar = of(id);
        if (sidecar.isAlive()) {
            throw new ControlException(409, "the sidecar is running; kill or stop it first");
        }
        sidecar.startAgain();
        sidecar.awaitReady();
    }

    void remove(String id) {
        Optional.ofNullable(running.remove(id)).orElseThrow(() -> unknown(id)).close();
    }

    private SidecarProcess of(String id) {
        return Optional.ofNullable(running.get(id)).orElseThrow(() -> unknown(id));
    }

    private static ControlException unknown(String id) {
        return new ControlException(404, "there is no sidecar " + id + "; POST /sidecars starts one");
    }

    @Override
    public void close() {
        running.values().forEach(SidecarProcess::close);
    }
}
