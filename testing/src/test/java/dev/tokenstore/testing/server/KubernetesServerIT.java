package dev.tokenstore.testing.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class KubernetesServerIT {
    private static final Consumer<String> PROGRESS = System.err::println;

    @Test
    void closingLeavesNothing() {
        var server = KubernetesServer.start(PROGRESS);
        var pids = server.controlPlane().pids();
        assertThat(pids).hasSize(3).allMatch(KubernetesServerIT::isAlive);

        server.close();

        assertThat(pids).noneMatch(KubernetesServerIT::isAlive);
        assertThat(server.controlPlane().folder()).doesNotExist();
    }

    @Test
    void closingWhileTheApiServerIsDownLeavesNothing() {
        var server = KubernetesServer.start(PROGRESS);
        var pids = server.controlPlane().pids();
        server.stopApiServer();

        server.close();

        assertThat(pids).noneMatch(KubernetesServerIT::isAlive);
        assertThat(server.controlPlane().folder()).doesNotExist();
    }

    @Test
    void closingWithControllersLeavesNothing() {
        var server = KubernetesServer.start(PROGRESS);
        server.startControllers(PROGRESS);
        server.startControllers(PROGRESS);
        var pids = server.controlPlane().pids();
        assertThat(pids).hasSize(4).allMatch(KubernetesServerIT::isAlive);

        server.close();

        assertThat(pids).noneMatch(KubernetesServerIT::isAlive);
        assertThat(server.controlPlane().folder()).doesNotExist();
    }

    @Test
    void controllersOutliveAnAbsenceOfTheApiServer() {
        try (var server = KubernetesServer.start(PROGRESS)) {
            server.startControllers(PROGRESS);
            server.stopApiServer();
            server.startApiServer();
            try (var client = KubernetesClients.clientOf(server.config())) {
                var namespace = new NamespaceBuilder()
                        .withNewMetadata()
                        .withName("deleted")
                        .endMetadata()
                        .build();
                client.resource(namespace).create();
                client.resource(namespace).delete();

                await().atMost(Duration.ofMinutes(1))
                        .until(() -> client.resource(namespace).get() == null);
            }
        }
    }

    @Test
    void killingTheJvmThatStartedItLeavesNothing() throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var jvm = new ProcessBuilder(
                        java, "-cp", System.getProperty("java.class.path"), StartedInAnotherJvm.class.getName())
                .redirectError(Redirect.DISCARD)
                .start();
        List<Long> pids;
        Path folder;
        try (var output = new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8))) {
            folder = Path.of(output.readLine());
            pids = Stream.of(output.readLine().split(" ")).map(Long::valueOf).toList();
            assertThat(pids).hasSize(4).allMatch(KubernetesServerIT::isAlive);
        } finally {
            jvm.destroyForcibly();
        }

        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            assertThat(pids).noneMatch(KubernetesServerIT::isAlive);
            assertThat(Files.exists(folder)).isFalse();
        });
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    /// Starts a server with controllers, says what it consists of and waits to be killed.
    static final class StartedInAnotherJvm {
        private StartedInAnotherJvm() {}

        public static void main(String... arguments) throws InterruptedException {
            var server = KubernetesServer.start(PROGRESS);
            server.startControllers(PROGRESS);
            var controlPlane = server.controlPlane();
            System.out.println(controlPlane.folder());
            System.out.println(String.join(
                    " ", controlPlane.pids().stream().map(String::valueOf).toList()));
            Thread.sleep(Duration.ofMinutes(5));
        }
    }
}
