package dev.tokenstore.testing.node;

import dev.tokenstore.testing.process.BoundedCommand;
import dev.tokenstore.testing.server.BinaryCache;
import dev.tokenstore.testing.server.ControlPlane;
import dev.tokenstore.testing.server.ControlPlaneBinaries;
import dev.tokenstore.testing.server.KubernetesClients;
import dev.tokenstore.testing.server.KubernetesUnavailableException;
import dev.tokenstore.testing.server.ServerFiles;
import dev.tokenstore.testing.server.TestEnvironment;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/// A whole Kubernetes of one node that belongs to whoever started it and runs pods: all controllers, a scheduler, a
/// kubelet, services by their addresses, RBAC.
///
/// It is a machine inside this machine: its network, mounts and processes are its own and end with it, and it ends when
/// closed or when this process ends in whatever way. Nothing leads out of its network but the cable to this machine, so
/// no image can be pulled and no name is resolved: see [#importImage(Path)]. It takes root on Linux. Not thread-safe.
public final class KubernetesNode implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration IMPORT_LIMIT = Duration.ofMinutes(2);
    private static final List<Path> CGROUPS = List.of(Path.of("/sys/fs/cgroup/pids"), Path.of("/sys/fs/cgroup"));

    private final ControlPlane controlPlane;
    private final ControlPlaneBinaries binaries;
    private final NodeTools tools;

    private KubernetesNode(ControlPlane controlPlane, ControlPlaneBinaries binaries, NodeTools tools) {
        this.controlPlane = controlPlane;
        this.binaries = binaries;
        this.tools = tools;
    }

    /// What keeps a node from being made on this machine, as a sentence that says what to do; empty if nothing does.
    public static Optional<String> obstacle() {
        return switch (NodeTools.find()) {
            case NodeTools.Search.Found found -> Optional.empty();
            case NodeTools.Search.Missing missing -> Optional.of(missing.reason());
        };
    }

    /// Builds the servers of a node where they are missing, so that [#start(Consumer)] takes seconds.
    ///
    /// @param progress gets a line about each step
    /// @throws KubernetesUnavailableException if they cannot be had here; the message says what to do
    public static void fetch(Consumer<String> progress) {
        BinaryCache.withNode(TestEnvironment.ofThisProcess()).get(progress);
    }

    /// Starts a node, building its servers first where they are missing; returns when it takes pods.
    ///
    /// Takes some 8 seconds and a gigabyte of memory, and minutes when the servers have to be built.
    ///
    /// @param progress gets a line about each step
    /// @throws KubernetesUnavailableException if it cannot be had here; the message says what to do
    public static KubernetesNode start(Consumer<String> progress) {
        var tools = switch (NodeTools.find()) {
            case NodeTools.Search.Found found -> found.tools();
            case NodeTools.Search.Missing missing -> throw new KubernetesUnavailableException(missing.reason());
        };
        var binaries = BinaryCache.withNode(TestEnvironment.ofThisProcess()).get(progress);
        progress.accept("Starting a Kubernetes node (usually 8 seconds).");
        var plan = new ControlPlane.Plan(
                binaries,
                () -> NodeSite.onFreeNetwork(tools),
                ProcessHandle.current().pid(),
                Duration.ofMillis(200),
                Optional.empty(),
                ControlPlane.Session.OF_ITS_OWN);
        var node = new KubernetesNode(ControlPlane.start(plan), binaries, tools);
        try {
            node.join();
        } catch (IOException e) {
            node.close();
            throw new KubernetesUnavailableException("The node cannot be started: " + e, e);
        } catch (RuntimeException e) {
            node.close();
            throw e;
        }
        return node;
    }

    private void join() throws IOException {
        var folder = controlPlane.folder();
        controlPlane.await(START_LIMIT, () -> Files.exists(ContainerdFiles.socket(folder)), "containerd did not start");
        importPause();
        new NodeFiles(binaries, folder, network()).write(controlPlane::kubeconfig);
        controlPlane.startControllers(binaries);
        try (var client = KubernetesClients.impatient(config())) {
            controlPlane.await(START_LIMIT, () -> takesPods(client), "the node did not become ready");
        }
    }

    private void importPause() throws IOException {
        var archive = controlPlane.folder().resolve("pause.tar");
        ImageArchive.named(ContainerdFiles.PAUSE_IMAGE)
                .with(binaries.program("pause"), "/pause")
                .entrypoint("/pause")
                .writeTo(archive);
        importImage(archive);
        Files.delete(archive);
    }

    private static boolean takesPods(KubernetesClient client) {
        try {
            var node = client.nodes().withName(ServerFiles.NODE_NAME).get();
            return node != null
                    && node.getStatus().getConditions().stream()
                            .anyMatch(condition -> condition.getType().equals("Ready")
                                    && condition.getStatus().equals("True"))
                    // without it pods of the first namespace are refused
                    && client.serviceAccounts()
                                    .inNamespace("default")
                                    .withName("default")
                                    .get()
                            != null;
        } catch (KubernetesClientException notYet) {
            return false;
        }
    }

    /// A kubeconfig with all rights; it is gone when the node is closed.
    public Path kubeconfigFile() {
        return controlPlane.kubeconfigFile();
    }

    /// A new configuration with all rights, which the caller may change.
    public Config config() {
        return KubernetesClients.configOf(kubeconfigFile());
    }

    /// The `kubectl` that fits this node.
    public Path kubectl() {
        return binaries.kubectl();
    }

    /// The address of this machine where pods reach its servers, and they alone, if the servers listen there.
    public String hostAddress() {
        return network().hostAddress();
    }

    /// Makes the images of an archive known to the node, under the names that the archive gives them; pods use them
    /// with `imagePullPolicy: Never` or `IfNotPresent`.
    ///
    /// @param archive a tar as [ImageArchive] writes it, `docker save` or jib
    public void importImage(Path archive) {
        var socket = ContainerdFiles.socket(controlPlane.folder()).toString();
        var log = controlPlane.folder().resolve("import.txt");
        var command = List.of(
                tools.ctr().toString(),
                "--address",
                socket,
                "--namespace",
                "k8s.io",
                "images",
                "import",
                archive.toAbsolutePath().toString());
        try {
            new BoundedCommand(command, log).runSuccessfully(IMPORT_LIMIT);
        } catch (IOException e) {
            throw new KubernetesUnavailableException("The image " + archive + " cannot be imported: " + e, e);
        }
    }

    /// A folder with the logs of the pods that are there, a folder for each pod; it is gone when the node is closed.
    public Path podLogs() {
        return controlPlane.folder().resolve(NodeFiles.POD_LOGS);
    }

    /// Kills all processes of a container at once, as a crash would.
    ///
    /// @param id what the pod's status calls the container, such as `containerd://0123abcd`
    public void killContainer(String id) {
        var processes = processesOf(id.substring(id.lastIndexOf('/') + 1));
        if (processes.isEmpty()) {
            throw new IllegalArgumentException("no processes of a container " + id);
        }
        processes.forEach(ProcessHandle::destroyForcibly);
    }

    private List<ProcessHandle> processesOf(String containerId) {
        var cgroup = CGROUPS.stream()
                .map(root -> root.resolve(network().name()))
                .filter(Files::isDirectory)
                .findFirst()
                .orElseThrow();
        try (Stream<Path> folders = Files.find(
                cgroup, 6, (path, file) -> path.getFileName().toString().equals(containerId))) {
            return folders.flatMap(folder -> pidsIn(folder.resolve("cgroup.procs")))
                    .flatMap(pid -> ProcessHandle.of(pid).stream())
                    .toList();
        } catch (IOException e) {
            throw new KubernetesUnavailableException("The node's processes cannot be told: " + e, e);
        }
    }

    private static Stream<Long> pidsIn(Path file) {
        try {
            return Files.readAllLines(file).stream().map(Long::valueOf);
        } catch (IOException gone) {
            return Stream.empty();
        }
    }

    /// Stops the API server and keeps its data; returns when it has ended. Pods go on.
    public void stopApiServer() {
        controlPlane.stopApiServer();
    }

    /// Starts a stopped API server on the same address with the same data; returns when it is ready.
    public void startApiServer() {
        controlPlane.startApiServer();
    }

    private NodeNetwork network() {
        return ((NodeSite) controlPlane.site()).network();
    }

    ControlPlane controlPlane() {
        return controlPlane;
    }

    /// Ends everything and removes the data, within a second: pods are not asked to stop.
    @Override
    public void close() {
        controlPlane.close();
    }
}
