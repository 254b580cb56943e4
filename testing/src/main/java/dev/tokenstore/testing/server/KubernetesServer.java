package dev.tokenstore.testing.server;

import dev.tokenstore.testing.server.ControlPlane.Session;
import io.fabric8.kubernetes.client.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/// A Kubernetes API server with its etcd that belongs to whoever started it: RBAC is on, there are no
/// nodes, and no controllers unless asked for: see [#startControllers(Consumer)].
///
/// It listens on 127.0.0.1 only and stops when closed, or when this process ends in whatever way.
/// Not thread-safe.
public final class KubernetesServer implements AutoCloseable {
    private final ControlPlane controlPlane;
    private final ControlPlaneBinaries binaries;

    private KubernetesServer(ControlPlane controlPlane, ControlPlaneBinaries binaries) {
        this.controlPlane = controlPlane;
        this.binaries = binaries;
    }

    /// Starts a server, fetching its binaries first where they are missing; returns when it is ready.
    ///
    /// Takes some 3 seconds, and minutes when the binaries have to be built.
    ///
    /// @param progress gets a line about each step
    /// @throws KubernetesUnavailableException if it cannot be had here; the message says what to do
    public static KubernetesServer start(Consumer<String> progress) {
        return start(progress, Session.OF_ITS_OWN);
    }

    public static KubernetesServer start(Consumer<String> progress, Session session) {
        var binaries = BinaryCache.of(TestEnvironment.ofThisProcess()).get(progress);
        progress.accept("Starting a Kubernetes API server (usually 3 seconds).");
        var plan = new ControlPlane.Plan(
                binaries,
                LoopbackSite::onFreePort,
                ProcessHandle.current().pid(),
                Duration.ofMillis(200),
                Optional.empty(),
                session);
        return new KubernetesServer(ControlPlane.start(plan), binaries);
    }

    /// Starts the controllers that empty deleted namespaces, collect objects whose owners are gone and write the status
    /// of validating admission policies; returns when they have signed in to this running server.
    ///
    /// Takes less than a second, and minutes when they have to be built: no download has them. They act in their
    /// own time: a namespace goes some 5 seconds after its deletion, and it takes them up to a minute to know
    /// owners of a custom kind whose definition came after this call. Does nothing where they run.
    ///
    /// @param progress gets a line about each step
    /// @throws KubernetesUnavailableException if they cannot be had here; the message says what to do
    public void startControllers(Consumer<String> progress) {
        var built = BinaryCache.withControllers(TestEnvironment.ofThisProcess()).get(progress);
        progress.accept("Starting controllers.");
        controlPlane.startControllers(built);
    }

    /// A kubeconfig with all rights; it is gone when the server is closed.
    public Path kubeconfigFile() {
        return controlPlane.kubeconfigFile();
    }

    /// A new configuration with all rights, which the caller may change.
    public Config config() {
        return KubernetesClients.configOf(kubeconfigFile());
    }

    /// The `kubectl` that fits this server.
    public Path kubectl() {
        return binaries.kubectl();
    }

    /// Stops the API server and keeps its data; returns when its port is closed.
    public void stopApiServer() {
        controlPlane.stopApiServer();
    }

    /// Starts a stopped API server on the same port with the same data; returns when it is ready.
    public void startApiServer() {
        controlPlane.startApiServer();
    }

    /// Stops the API server's process where it is: its connections stay open and nothing answers.
    public void freezeApiServer() {
        controlPlane.freezeApiServer(true);
    }

    /// Lets a frozen API server go on.
    public void thawApiServer() {
        controlPlane.freezeApiServer(false);
    }

    ControlPlane controlPlane() {
        return controlPlane;
    }

    /// Stops everything and removes the data.
    @Override
    public void close() {
        controlPlane.close();
    }
}
