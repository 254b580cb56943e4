package dev.tokenstore.demo;

import dev.tokenstore.testing.TestCluster;
import dev.tokenstore.testing.process.Program;
import dev.tokenstore.testing.process.ProgramException;
import dev.tokenstore.testing.product.OperatorProcess;
import dev.tokenstore.testing.product.SidecarProcess;
import dev.tokenstore.testing.product.TestStore;
import dev.tokenstore.testing.server.KubernetesUnavailableException;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/// What `./quickstart` runs once everything is built: gets a Kubernetes, installs the product as `deploy/` has it,
/// plays the [Story] and stays up.
public final class Quickstart {
    private static final int FAILED = 1;
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);
    private static final Duration TIME_TO_CLOSE = Duration.ofSeconds(30);

    private final Terminal terminal;
    private final boolean once;
    private final Path folder;
    private volatile boolean stopping;

    private Quickstart(Terminal terminal, boolean once, Path folder) {
        this.terminal = terminal;
        this.once = once;
        this.folder = folder;
    }

    /// @param arguments `--once` to end after the story; run in the repository's root
    public static void main(String... arguments) throws IOException {
        var terminal = new Terminal(System.out, System.console() != null && System.getenv("NO_COLOR") == null);
        var folder = Files.createTempDirectory("tokenstore-quickstart-");
        var quickstart = new Quickstart(terminal, List.of(arguments).contains("--once"), folder);
        var closing = quickstart.closeOnSignal();
        var code = quickstart.run();
        if (!quickstart.stopping) {
            // else the hook would wait for this thread, and this thread for the hook
            Runtime.getRuntime().removeShutdownHook(closing);
            System.exit(code);
        }
    }

    private int run() {
        try {
            play();
            removeLogs();
            return 0;
        } catch (RuntimeException e) {
            if (stopping) {
                terminal.plain("Stopping.");
                return 0;
            }
            explain(e);
        }
        if (hasLogs()) {
            terminal.plain("  the programs' logs are in " + folder);
        } else {
            removeLogs();
        }
        return FAILED;
    }

    private void explain(RuntimeException failure) {
        switch (failure) {
            case StepFailedException e -> terminal.failure(String.valueOf(e.getMessage()));
            case ProgramException e -> terminal.failure(String.valueOf(e.getMessage()));
            case KubernetesUnavailableException e -> terminal.failure(String.valueOf(e.getMessage()));
            case IllegalArgumentException e -> terminal.failure(String.valueOf(e.getMessage()));
            case StatusRuntimeException e -> terminal.failure("a call ended with " + e.getStatus());
            case KubernetesClientException e ->
                terminal.failure("the Kubernetes API server refused or did not answer: " + e.getMessage());
            default -> terminal.failure("a defect: " + failure.getClass().getName());
        }
    }

    private void requireReachable(TestCluster cluster) {
        try {
            cluster.admin().getKubernetesVersion();
        } catch (KubernetesClientException e) {
            throw new StepFailedException(
                    "cannot reach " + cluster.config().getMasterUrl() + ", the server of " + cluster.kubeconfigFile()
                            + "; start it, or unset TOKENSTORE_TEST_KUBECONFIG to have one started here",
                    e);
        }
    }

    private boolean hasLogs() {
        var logs = folder.toFile().list();
        return logs != null && logs.length > 0;
    }

    private void play() {
        terminal.heading("Getting a Kubernetes");
        try (var cluster = TestCluster.open(terminal::progress)) {
            requireReachable(cluster);
            terminal.result("API server at " + cluster.config().getMasterUrl());
            install(cluster);
            var operatorRights = cluster.kubeconfigFor("oauth-token-store", "oauth-token-store-operator");
            var appRights = cluster.kubeconfigFor("sales", "crm-worker");
            terminal.heading("Starting the operator and two sidecars, each with the rights of its own service account");
            var served = new TestStore(cluster.admin(), cluster.kubeconfigFile(), "crm-tokens", "crm");
            try (var operator = OperatorProcess.start(Program.SMALL, List.of(), operatorRights, Map.of(), folder);
                    var first = Sidecar.of(SidecarProcess.serving(served, appRights, folder));
                    var second = Sidecar.of(SidecarProcess.serving(served, appRights, folder))) {
                var store = new StoreInCluster(cluster.admin(), "crm-tokens", "crm");
                first.awaitReady(terminal);
                second.awaitReady(terminal);
                terminal.await("the operator reports the store as ready", READY_WITHIN, () -> {
                    operator.requireAlive();
                    return store.isReady();
                });
                terminal.result("sidecars at " + first.address() + " and " + second.address() + ", logs in " + folder);
                new Story(terminal, first, second, store, InstantSource.system()).play();
                terminal.heading("8. None of the three programs has logged a secret, or who the user is");
                for (var program : List.of(operator, first.process(), second.process())) {
                    for (var secret : Story.SECRETS) {
                        if (program.hasLogged(secret)) {
                            throw new StepFailedException("a log in " + folder + " holds a secret");
                        }
                    }
                }
                terminal.result("searched the logs for " + Story.SECRETS.size() + " values");
                terminal.heading("Every step held.");
                if (!once) {
                    store.setSessionTimeout("12h");
                    stayUp(cluster, first);
                }
            }
        }
    }

    /// The logs of a run that went well are of no use to anyone.
    private void removeLogs() {
        try (var files = Files.list(folder)) {
            for (var file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            terminal.progress("could not remove " + folder);
        }
    }

    private void install(TestCluster cluster) {
        terminal.heading("Installing the custom resource, the roles, the policies and the example store, from deploy/");
        cluster.apply(Path.of("deploy/crds"));
        cluster.apply(Path.of("deploy/operator/rbac.yaml"));
        cluster.apply(Path.of("deploy/operator/policies.yaml"));
        cluster.apply(Path.of("deploy/examples/store.yaml"));
        cluster.createNamespace("sales");
        terminal.result("namespace crm-tokens has the OAuthTokenStore crm; the account sales/crm-worker may use it");
    }

    private void stayUp(TestCluster cluster, Sidecar sidecar) {
        var kubectl =
                cluster.kubectl().map(Path::toString).orElse("kubectl") + " --kubeconfig " + cluster.kubeconfigFile();
        terminal.plain("""

                Everything stays up until you press Ctrl-C. To look around in another terminal:

                  %1$s get ots -n crm-tokens
                  %1$s describe ots crm -n crm-tokens
                  %1$s get secrets -n crm-tokens -l tokenstore.dev/store=crm

                  grpcurl -plaintext %2$s list
                  grpcurl -plaintext -d '{"token":{"user_signature":"bob","refresh_token":"r","access_token":"a"}}' \\
                    %2$s tokenstore.v1.TokenStoreService/SaveToken
                  grpcurl -plaintext %2$s tokenstore.v1.TokenStoreService/GetTokens

                  export TOKENSTORE_ADDRESS=%2$s
                """.formatted(kubectl, sidecar.address()));
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            terminal.plain("Stopping.");
        }
    }

    /// Lets this thread close what it opened when the process is told to stop.
    private Thread closeOnSignal() {
        var main = Thread.currentThread();
        var closing = new Thread(() -> {
            stopping = true;
            main.interrupt();
            try {
                main.join(TIME_TO_CLOSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(closing);
        return closing;
    }
}
