package dev.tokenstore.testbed;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/// The sidecars of the testbed. Thread-safe.
final class Sidecars implements AutoCloseable {
    private final Stores stores;
    private final Path jar;
    private final Path sockets;
    private final Path logs;
    private final AtomicInteger started = new AtomicInteger();
    private final Map<String, SidecarUnderTest> running = new ConcurrentHashMap<>();

    /// @param jar the program
    /// @param sockets a folder with a short path
    /// @param logs a folder for the logs
    Sidecars(Stores stores, Path jar, Path sockets, Path logs) {
        this.stores = stores;
        this.jar = jar;
        this.sockets = sockets;
        this.logs = logs;
    }

    /// @param store `NAMESPACE/NAME`
    /// @return its id and addresses
    Map<String, String> start(String store) {
        var id = Integer.toString(started.incrementAndGet());
        var sidecar = SidecarUnderTest.start(id, jar, store, stores.kubeconfig(store), sockets, logs);
        running.put(id, sidecar);
        return Map.of("id", id, "address", sidecar.address(), "socket", sidecar.socketAddress());
    }

    SidecarUnderTest of(String id) {
        return Optional.ofNullable(running.get(id)).orElseThrow(() -> unknown(id));
    }

    void remove(String id) {
        Optional.ofNullable(running.remove(id)).orElseThrow(() -> unknown(id)).close();
    }

    private static ControlException unknown(String id) {
        return new ControlException(404, "there is no sidecar " + id + "; POST /sidecars starts one");
    }

    @Override
    public void close() {
        running.values().forEach(SidecarUnderTest::close);
    }
}
