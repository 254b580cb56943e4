package dev.tokenstore.testing.server;

import dev.tokenstore.testing.process.LogTail;
import dev.tokenstore.testing.process.Ports;
import java.nio.file.Path;
import java.util.List;

/// Processes of this machine, of which only the API server listens, on loopback; there are no nodes.
record LoopbackSite(int port) implements Site {
    /// What collects owned objects, empties namespaces and checks the types of admission policies.
    private static final List<String> CONTROLLERS = List.of(
            "garbage-collector-controller", "namespace-controller", "validatingadmissionpolicy-status-controller");

    static LoopbackSite onFreePort() {
        return new LoopbackSite(Ports.free());
    }

    @Override
    public String address() {
        return "127.0.0.1";
    }

    @Override
    public String keeper() {
        return ServerFiles.KEEPER;
    }

    @Override
    public void prepare(Path folder) {}

    @Override
    public List<String> apiServerFlags() {
        return List.of(
                "--bind-address=" + address(),
                // puts the address into the certificate
                "--advertise-address=" + address(),
                "--endpoint-reconciler-type=none",
                "--authorization-mode=RBAC",
                "--disable-admission-plugins=ServiceAccount");
    }

    @Override
    public List<String> controllerManagerFlags(Path folder) {
        return List.of("--controllers=" + String.join(",", CONTROLLERS));
    }

    @Override
    public boolean isTaken(Path folder) {
        return LogTail.of(folder.resolve(ControlPlane.API_SERVER + ".log"), 50).contains("address already in use");
    }
}
