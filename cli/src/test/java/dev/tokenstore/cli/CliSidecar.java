package dev.tokenstore.cli;

import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.process.Ports;
import dev.tokenstore.testing.process.Program;
import dev.tokenstore.testing.process.ProgramProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// The shipped sidecar, as a process that serves a store at an address of its own.
record CliSidecar(String address, ProgramProcess process) implements AutoCloseable {
    /// @param store its namespace and name
    static CliSidecar start(String store, Path kubeconfig) throws IOException {
        var address = "127.0.0.1:" + Ports.free();
        var log = Files.createTempFile(Files.createDirectories(Path.of("target/logs")), "sidecar-", ".log");
        var program = new Program(
                "sidecar",
                Path.of("../sidecar/target/sidecar.jar"),
                Program.SMALL,
                List.of("--store", store, "--kubeconfig", kubeconfig.toString(), "--tcp", address, "--metrics", "off"),
                Map.of());
        return new CliSidecar(address, ProgramProcess.start(program, log));
    }

    /// The same, once it serves.
    static CliSidecar serving(String store, Path kubeconfig) throws IOException {
        var sidecar = start(store, kubeconfig);
        try {
            sidecar.awaitLogged("the store answered");
            return sidecar;
        } catch (RuntimeException e) {
            sidecar.close();
            throw e;
        }
    }

    void awaitLogged(String part) {
        await().atMost(Duration.ofMinutes(2)).until(() -> {
            process.requireAlive();
            return process.hasLogged(part);
        });
    }

    /// The options that lead a command to it.
    List<String> way() {
        return List.of("--address", address);
    }

    @Override
    public void close() {
        process.close();
    }
}
