package dev.tokenstore.testing.server;

import dev.tokenstore.testing.process.Folders;
import dev.tokenstore.testing.process.LogTail;
import dev.tokenstore.testing.process.Polling;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
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

/// An etcd and an API server in a private folder, and more servers once they are asked for, kept by a shell script for
/// as long as a process lives.
///
/// etcd listens on a Unix socket inside the folder only, the API server where its [Site] says, the controllers nowhere.
public final class ControlPlane {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(30);
    private static final int ATTEMPTS = 5;
    private static final Path SETSID = Path.of("/usr/bin/setsid");
    static final String API_SERVER = "kube-apiserver";
    static final String ETCD = "etcd";
    static final String CONTROLLER_MANAGER = "kube-controller-manager";

    /// What the controllers call themselves: each makes its account when it starts.
    private static final List<String> CONTROLLER_ACCOUNTS =
            List.of("generic-garbage-collector", "namespace-controller", "validatingadmissionpolicy-status-controller");

    private final Path folder;
    private final ProcessHandle keeper;
    private final Site site;

    private ControlPlane(Path folder, ProcessHandle keeper, Site site) {
        this.folder = folder;
        this.keeper = keeper;
        this.site = site;
    }

    /// What a control plane is started with.
    ///
    /// @param sites where it may run
    /// @param owner the process at whose end everything is stopped and removed
    /// @param pause how often the owner is looked at
    /// @param alsoRemoved a file that goes when the servers go
    /// @param session whose session the servers are in
    public record Plan(
            ControlPlaneBinaries binaries,
            Site.Choice sites,
            long owner,
            Duration pause,
            Optional<Path> alsoRemoved,
            Session session) {}

    /// A session of processes, as `setsid(2)` makes it.
    public enum Session {
        /// Ctrl-C at a terminal reaches the servers' owner, not the servers.
        OF_ITS_OWN,
        /// Linux shares out the processor thread by thread between the servers and those who call them, and not session
        /// by session: `sched(7)`, autogroup.
        OF_THIS_PROCESS
    }

    /// Starts both servers and waits until they are ready.
    public static ControlPlane start(Plan plan) {
        for (var attempt = 1; ; attempt++) {
            var started = launch(plan);
            try {
                started.awaitReady();
                return started;
            } catch (KubernetesUnavailableException e) {
                var clash = started.site.isTaken(started.folder);
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
                var site = plan.sites().choose();
                new ServerFiles(plan.binaries(), folder, site).write();
                return new ControlPlane(folder, startKeeper(plan, site, folder), site);
            } catch (IOException | RuntimeException e) {
                Folders.deleteRecursively(folder);
                throw e;
            }
        } catch (IOException e) {
            throw new KubernetesUnavailableException("The API server cannot be started: " + e, e);
        }
    }

    private static ProcessHandle startKeeper(Plan plan, Site site, Path folder) throws IOException {
        var command = new ArrayList<String>();
        if (plan.session() == Session.OF_ITS_OWN && Files.isExecutable(SETSID)) {
            command.add(SETSID.toString());
        }
        command.addAll(List.of("/bin/sh", folder.resolve(site.keeper()).toString(), Long.toString(plan.owner())));
        command.addAll(List.of(folder.toString(), Double.toString(plan.pause().toMillis() / 1000.0)));
        command.add(plan.alsoRemoved().map(Path::toString).orElse(""));
        var builder = new ProcessBuilder(command)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("keeper.log").toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("ETCD_"));
        return builder.start().toHandle();
    }

    public Site site() {
        return site;
    }

    public Path folder() {
        return folder;
    }

    public ProcessHandle keeper() {
        return keeper;
    }

    public Path kubeconfigFile() {
        return folder.resolve("kubeconfig");
    }

    /// The ids of the processes that must be gone once this is closed.
    public List<Long> pids() {
        var pids = new ArrayList<>(List.of(keeper.pid()));
        filesOf(folder, ".pid").forEach(server -> pidOf(folder, server).ifPresent(pids::add));
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

    /// Stops the API server's process where it is, or lets it go on: its connections stay open and nothing answers.
    public void freezeApiServer(boolean isFrozen) {
        var pid = pidOf(folder, API_SERVER)
                .orElseThrow(() -> new KubernetesUnavailableException("There is no API server to freeze"));
        try {
            var kill = new ProcessBuilder("kill", isFrozen ? "-STOP" : "-CONT", pid.toString()).start();
            if (kill.waitFor() != 0) {
                throw new KubernetesUnavailableException("The API server cannot be frozen, process " + pid);
            }
        } catch (IOException e) {
            throw new KubernetesUnavailableException("The API server cannot be frozen: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    public void stopApiServer() {
        try {
            Files.writeString(folder.resolve("api-server-off"), "");
        } catch (IOException e) {
            throw new KubernetesUnavailableException("The API server cannot be stopped: " + e, e);
        }
        await(STOP_LIMIT, () -> Files.exists(folder.resolve("api-server-stopped")), "the API server did not stop");
    }

    public void startApiServer() {
        try {
            Files.deleteIfExists(folder.resolve("api-server-off"));
        } catch (IOException e) {
            throw new KubernetesUnavailableException("The API server cannot be started: " + e, e);
        }
        await(STOP_LIMIT, () -> !Files.exists(folder.resolve("api-server-stopped")), "the API server did not start");
        awaitReady();
    }

    /// Starts controllers beside a running API server; returns when they have signed in, at once where they run.
    public void startControllers(ControlPlaneBinaries binaries) {
        try {
            if (!Files.exists(folder.resolve(CONTROLLER_MANAGER + ".sh"))) {
                new ServerFiles(binaries, folder, site)
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

    /// A kubeconfig for the account of a token file, such as [ServerFiles#ADMIN_TOKEN].
    public Kubeconfig kubeconfig(String tokenFile) throws IOException {
        var token = Files.readString(folder.resolve(tokenFile));
        var authority = Kubeconfig.base64(Files.readString(folder.resolve(ServerFiles.CERTIFICATE)));
        return new Kubeconfig(
                "https://" + site.address() + ":" + site.port(), Optional.of(authority), false, token, "default");
    }

    static boolean isReady(KubernetesClient client) {
        try {
            return "ok".equals(client.raw("/readyz"));
        } catch (KubernetesClientException notYet) {
            return false;
        }
    }

    static boolean hasEnded(Path folder) {
        return !filesOf(folder, ".exit").isEmpty();
    }

    /// The names of files of a kind, without their ending.
    private static List<String> filesOf(Path folder, String ending) {
        try (var files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ending))
                    .map(name -> name.substring(0, name.length() - ending.length()))
                    .sorted()
                    .toList();
        } catch (IOException gone) {
            return List.of();
        }
    }

    /// Waits for a state of the servers; a server that ended meanwhile, or a keeper, will never reach it.
    public void await(Duration limit, BooleanSupplier reached, String otherwise) {
        var isReached = Polling.until(limit, () -> {
            if (reached.getAsBoolean()) {
                return true;
            }
            if (isDoomed()) {
                throw unavailable(otherwise);
            }
            return false;
        });
        if (!isReached) {
            throw unavailable(otherwise);
        }
    }

    private KubernetesUnavailableException unavailable(String otherwise) {
        return new KubernetesUnavailableException("Kubernetes: " + otherwise + ".\n" + logTails());
    }

    /// Whether a server ended that nobody stopped, or nobody is left who would start one.
    private boolean isDoomed() {
        var stopped =
                Files.exists(folder.resolve("api-server-off")) || Files.exists(folder.resolve("api-server-stopped"));
        return !keeper.isAlive() || (!stopped && hasEnded(folder));
    }

    private String logTails() {
        return filesOf(folder, ".log").stream()
                .map(name -> "--- " + name + ".log, last lines\n" + LogTail.of(folder.resolve(name + ".log"), 15))
                .collect(Collectors.joining("\n"));
    }

    /// Stops all servers and removes their folder; returns when they are gone.
    public void close() {
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
