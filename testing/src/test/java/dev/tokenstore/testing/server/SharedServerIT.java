package dev.tokenstore.testing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedServerIT {
    @TempDir
    Path folder;

    private final List<Process> owners = new ArrayList<>();

    @AfterEach
    void endOwners() {
        owners.forEach(Process::destroyForcibly);
        await().atMost(Duration.ofSeconds(30)).until(() -> stateFiles().isEmpty());
    }

    @Test
    void isOneForAllWhoBelongToTheSameRun() throws IOException, InterruptedException {
        var owner = newOwner();

        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<SharedServer.State> connect = () -> connect(owner);

            assertThat(threads.invokeAll(List.of(connect, connect, connect)))
                    .extracting(future -> future.resultNow())
                    .containsOnly(connect(owner));
        }
        assertThat(stateFiles()).hasSize(1);
    }

    @Test
    void isAnotherForAnotherRunAndEndsWithItsOwn() throws IOException {
        var first = connect(newOwner());
        var second = connect(newOwner());
        assertThat(second).isNotEqualTo(first);

        owners.getFirst().destroyForcibly();

        await().atMost(Duration.ofSeconds(30)).until(() -> !Files.exists(first.folder()));
        assertThat(isReady(second)).isTrue();
    }

    @Test
    void isReplacedWhenItCrashed() throws IOException {
        var owner = newOwner();
        var crashed = connect(owner);
        ProcessHandle.of(ControlPlane.pidOf(crashed.folder(), "kube-apiserver").orElseThrow())
                .orElseThrow()
                .destroyForcibly();
        await().until(() -> ControlPlane.hasEnded(crashed.folder()));

        var replaced = connect(owner);

        assertThat(isReady(replaced)).isTrue();
        assertThat(crashed.folder()).doesNotExist();
    }

    private RunOwner newOwner() throws IOException {
        var process = new ProcessBuilder("sleep", "300").start();
        owners.add(process);
        return RunOwner.of(process.pid());
    }

    private SharedServer.State connect(RunOwner owner) {
        return new SharedServer(folder, owner, BinaryCache.of(TestEnvironment.ofThisProcess()))
                .connect(System.err::println);
    }

    private static boolean isReady(SharedServer.State server) {
        try (var client = KubernetesClients.impatient(KubernetesClients.configOf(server.kubeconfig()))) {
            return ControlPlane.isReady(client);
        }
    }

    private List<Path> stateFiles() throws IOException {
        try (var files = Files.newDirectoryStream(folder, "*.properties")) {
            var found = new ArrayList<Path>();
            files.forEach(found::add);
            return found;
        }
    }
}
