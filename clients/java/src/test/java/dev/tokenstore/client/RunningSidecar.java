package dev.tokenstore.client;

import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.Ports;
import dev.tokenstore.testing.Program;
import dev.tokenstore.testing.ProgramProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The shipped sidecar as a process, on an empty store of the tests' API server.
public final class RunningSidecar implements AutoCloseable {
    private static final Path JAR = Path.of("../../sidecar/target/sidecar.jar");
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private final int port = Ports.free();
    private final Path folder;
    private final Program program;
    private Path log;
    private ProgramProcess process;

    private RunningSidecar(Path folder, String store, Path kubeconfig) {
        this.folder = folder;
        this.program = new Program(
                "sidecar",
                JAR,
                Program.SMALL,
                List.of(
                        "--store",
                        store,
                        "--kubeconfig",
                        kubeconfig.toString(),
                        "--tcp",
                        tcp(),
                        "--socket",
                        socket().toString(),
                        "--metrics",
                        "off"),
                Map.of());
        this.log = newLog();
        this.process = ProgramProcess.start(program, log);
        awaitServing();
    }

    /// The extension with the definition of the custom resource.
    public static KubernetesForTests kubernetes() {
        return KubernetesForTests.create().withCustomResourceDefinitions(Path.of("../../deploy/crds"));
    }

    /// Starts a sidecar on its own store in a new namespace.
    public static RunningSidecar start(KubernetesForTests kubernetes) {
        var namespace = kubernetes.newNamespace();
        kubernetes.apply("""
                apiVersion: tokenstore.dev/v1alpha1
                kind: OAuthTokenStore
                metadata: {name: crm, namespace: %s}
                spec: {}
                """.formatted(namespace));
        try {
            return new RunningSidecar(Files.createTempDirectory("sc"), namespace + "/crm", kubernetes.kubeconfigFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path newLog() {
        try {
            var logs = Files.createDirectories(Path.of("target/logs"));
            return Files.createTempFile(logs, "sidecar-", ".log");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitServing() {
        await().atMost(PATIENCE).until(() -> {
            process.requireAlive();
            return process.hasLogged("the store answered");
        });
    }

    public String tcp() {
        return "127.0.0.1:" + port;
    }

    public String unix() {
        return "unix:" + socket();
    }

    private Path socket() {
        return folder.resolve("s");
    }

    void kill() {
        process.kill();
    }

    /// Returns at once.
    void startAgain() {
        log = newLog();
        process = ProgramProcess.start(program, log);
    }

    @Override
    public void close() {
        process.kill();
    }
}
