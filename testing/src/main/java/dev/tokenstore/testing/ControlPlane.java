package dev.tokenstore.testing;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// An etcd and an API server in a private folder, and controllers once they are asked for, kept by `keeper.sh` for as
/// long as a process lives.
///
/// etcd listens on a Unix socket inside the folder only, the API server on 127.0.0.1 only, the controllers nowhere.
final class ControlPlane {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final int ATTEMPTS = 5;
    static final String API_SERVER = "kube-apiserver";
    static final String ETCD = "etcd";
    static final String CONTROLLER_MANAGER = "kube-controller-manager";
    private static final List<String> SERVERS = List.of(ETCD, API_SERVER, CONTROLLER_MANAGER);

    /// What the controllers call themselves: each makes its account when it starts.
    private static final List<String> CONTROLLER_ACCOUNTS =
            List.of("generic-garbage-collector", "namespace-controller", "validatingadmissionpolicy-status-controller");

    private final Path folder;
    private final ProcessHandle keeper;
    private final int port;

    private ControlPlane(Path folder, ProcessHandle keeper, int port) {
        this.folder = folder;
        this.keeper = keeper;
        this.port = port;
    }

    /// What a control plane is started with.
    ///
    /// @param owner the process at whose end everything is stopped and removed
    /// @param pause how often the owner is looked at
    /// @param alsoRemoved a file that goes when the servers go
    record Plan(ControlPlaneBinaries binaries, long owner, Duration pause, Optional<Path> alsoRemoved) {}

    /// Starts both servers and waits until they are ready.
    static ControlPlane start(Plan plan) {
        for (var attempt = 1; ; attempt++) {
            var started = launch(plan);
            try {
                started.awaitReady();
                return started;
            } catch (KubernetesUnavailableException e) {
                var clash = started.lostItsPort();
                started.close();
                if (!clash || attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static ControlPlane launch(Plan plan) {
        try {
            var folder = Files.createTempDirectory("kubernetes-");
            try {
                var port = freePort();
                new ServerFiles(plan.binaries(), folder, port).write();
                return new ControlPlane(folder, startKeeper(plan, folder), port);
            } catch (IOException | RuntimeException e) {
                Folders.deleteRecursively(folder);
                throw e;
            }
        } catch (IOException e) {
            throw new KubernetesUnavailableException("The API server cannot be started: " + e, e);
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static ProcessHandle startKeeper(Plan plan, Path folder) throws IOException {
        var command = new ArrayList<String>();
        // a session of its own: Ctrl-C at a terminal must reach the keeper's owner, not the servers
        Optional.of(Path.of("/usr/bin/setsid"))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .ifPresent(command::add);
        command.addAll(List.of("/bin/sh", folder.resolve("keeper.sh").toString(), Long.toString(plan.owner())));
        command.addAll(List.of(folder.toString(), Double.toString(plan.pause().toMillis() / 1000.0)));
        command.add(plan.alsoRemoved().map(Path::toString).orElse(""));
        var builder = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keeper.log").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("ETCD_"));
        return builder.start().toHandle();
    }

    Path folder() {
        return folder;
    }

    ProcessHandle keeper() {
        return keeper;
    }

    Path kubeconfigFile() {
        return folder.resolve("kubeconfig");
    }

    /// The ids of the processes that must be gone once this is closed.
    List<Long> pids() {
        var pids = new ArrayList<>(List.of(keeper.pid()));
        for (var server : SERVERS) {
            pidOf(folder, server).ifPresent(pids::add);
        }
        return pids;
    }

    static Optional<Long> pidOf(Path folder, String server) {
        try {
            var file = folder.resolve(server + ".pid");
            return Optional.of(Files.readString(file).strip())
                    .filter(text -> !text.isEmpty())
                    .map(Long::valueOf);
        } catch (IOException notStarted) {
            return Optional.empty();
        }
    }

    void stopApiServer() {
        try {
            Files.writeString(folder.resolve("api-server-off"), "");
        } catch (IOException e) {
            throw new KubernetesUnavailableException("The API server cannot be stopped: " + e, e);
        }
        await(STOP_LIMIT, () -> Files.exists(folder.resolve("api-server-stopped")), "the API server did not stop");
    }

    void startApiServer() {
        try {
            Files.deleteIfExists(folder.resolve("api-server-off"));
        } catch (IOException e) {
            throw new KubernetesUnavailableException("The API server cannot be started: " + e, e);
        }
        await(STOP_LIMIT, () -> !Files.exists(folder.resolve("api-server-stopped")), "the API server did not start");
        awaitReady();
    }

    /// Starts controllers beside a running API server; returns when they have signed in, at once where they run.
    void startControllers(ControlPlaneBinaries binaries) {
        try {
            if (!Files.exists(folder.resolve(CONTROLLER_MANAGER + ".sh"))) {
                new ServerFiles(binaries, folder, port)
                        .writeControllerManager(kubeconfig(ServerFiles.CONTROLLER_MANAGER_TOKEN));
            }
        } catch (IOException e) {
            throw new KubernetesUnavailableException("The controllers cannot be started: " + e, e);
        }
        try (var client = KubernetesClients.impatient(KubernetesClients.configOf(kubeconfigFile()))) {
            await(START_LIMIT, () -> !hasEnded(folder) && haveSignedIn(client), "the controllers did not start");
        }
    }

    private static boolean haveSignedIn(KubernetesClient client) {
        try {
            return client.serviceAccounts().inNamespace("kube-system").list().getItems().stream()
                    .map(account -> account.getMetadata().getName())
                    .collect(Collectors.toSet())
                    .containsAll(CONTROLLER_ACCOUNTS);
        } catch (KubernetesClientException notYet) {
            return false;
        }
    }

    private void awaitReady() {
        var key = folder.resolve("certificates/apiserver.key");
        // the key is written after the certificate
        await(START_LIMIT, () -> key.toFile().length() > 0, "the API server made no certificate");
        try {
            Folders.writePrivate(
                    kubeconfigFile(), kubeconfig(ServerFiles.ADMIN_TOKEN).toYaml());
        } catch (IOException e) {
            throw new KubernetesUnavailableException("The API server cannot be used: " + e, e);
        }
        try (var client = KubernetesClients.impatient(KubernetesClients.configOf(kubeconfigFile()))) {
            await(START_LIMIT, () -> isReady(client), "the API server did not become ready");
        }
    }

    private Kubeconfig kubeconfig(String tokenFile) throws IOException {
        var token = Files.readString(folder.resolve(tokenFile));
        var authority = Kubeconfig.base64(Files.readString(folder.resolve("certificates/apiserver.crt")));
        return new Kubeconfig("https://127.0.0.1:" + port, Optional.of(authority), false, token, "default");
    }

    static boolean isReady(KubernetesClient client) {
        try {
            return "ok".equals(client.raw("/readyz"));
        } catch (KubernetesClientException notYet) {
            return false;
        }
    }

    static boolean hasEnded(Path folder) {
        return SERVERS.stream().anyMatch(server -> Files.exists(folder.resolve(server + ".exit")));
    }

    private boolean lostItsPort() {
        return LogTail.of(folder.resolve(API_SERVER + ".log"), 50).contains("address already in use");
    }

    /// Waits for a state of the servers; a server that ended meanwhile, or a keeper, will never reach it.
    private void await(Duration limit, BooleanSupplier reached, String otherwise) {
        var deadline = System.nanoTime() + limit.toNanos();
        while (!reached.getAsBoolean()) {
            if (isDoomed() || System.nanoTime() > deadline) {
                throw new KubernetesUnavailableException("Kubernetes: " + otherwise + ".\n" + logTails());
            }
            pause();
        }
    }

    /// Whether a server ended that nobody stopped, or nobody is left who would start one.
    private boolean isDoomed() {
        var stopped =
                Files.exists(folder.resolve("api-server-off")) || Files.exists(folder.resolve("api-server-stopped"));
        return !keeper.isAlive() || (!stopped && hasEnded(folder));
    }

    private String logTails() {
        return Stream.concat(Stream.of("keeper"), SERVERS.stream())
                .filter(name -> Files.exists(folder.resolve(name + ".log")))
                .map(name -> "--- " + name + ".log, last lines\n" + LogTail.of(folder.resolve(name + ".log"), 15))
                .collect(Collectors.joining("\n"));
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KubernetesUnavailableException("Interrupted while waiting for Kubernetes", e);
        }
    }

    /// Stops all servers and removes their folder; returns when they are gone.
    void close() {
        stop(keeper);
        try {
            // only where the keeper could not do it
            Folders.deleteRecursively(folder);
        } catch (IOException e) {
            throw new KubernetesUnavailableException("The server's folder remains: " + e, e);
        }
    }

    static void stop(ProcessHandle keeper) {
        keeper.destroy();
        try {
            keeper.onExit().get(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            throw new KubernetesUnavailableException("The API server did not stop, keeper " + keeper.pid(), e);
        }
    }
}
