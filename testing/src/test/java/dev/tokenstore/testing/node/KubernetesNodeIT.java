package dev.tokenstore.testing.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.server.KubernetesClients;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.ProcessBuilder.Redirect;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(NodeCondition.class)
class KubernetesNodeIT {
    private static final Consumer<String> PROGRESS = System.err::println;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void closingLeavesNothing() throws IOException {
        var settings = settingsOfThisMachine();
        var node = KubernetesNode.start(PROGRESS);
        var traces = Traces.of(node);
        try (var client = KubernetesClients.clientOf(node.config())) {
            runPausePod(client, "pod");
            assertThat(traces.remaining()).contains("folder", "network", "cgroup", "processes");
            assertThat(settingsOfThisMachine()).isEqualTo(settings);
        }

        node.close();

        assertThat(traces.remaining()).isEmpty();
        assertThat(settingsOfThisMachine()).isEqualTo(settings);
    }

    @Test
    void killingTheJvmThatStartedItLeavesNothing() throws IOException {
        var java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        var jvm = new ProcessBuilder(
                        java, "-cp", System.getProperty("java.class.path"), StartedInAnotherJvm.class.getName())
                .redirectError(Redirect.DISCARD)
                .start();
        Traces traces;
        try (var output = new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8))) {
            traces = new Traces(Path.of(output.readLine()), output.readLine());
            assertThat(traces.remaining()).contains("folder", "network", "cgroup", "processes");
        } finally {
            jvm.destroyForcibly();
        }

        await().atMost(LIMIT).untilAsserted(() -> assertThat(traces.remaining()).isEmpty());
    }

    @Test
    void twoNodesRunSideBySideAndAKilledContainerIsStartedAgain() {
        try (var one = KubernetesNode.start(PROGRESS);
                var other = KubernetesNode.start(PROGRESS);
                var client = KubernetesClients.clientOf(one.config());
                var otherClient = KubernetesClients.clientOf(other.config())) {
            var pod = runPausePod(client, "killed");
            runPausePod(otherClient, "kept");

            one.killContainer(pod.getStatus().getContainerStatuses().getFirst().getContainerID());

            await().atMost(LIMIT).until(() -> restartsOf(client, "killed") == 1);
            assertThat(restartsOf(otherClient, "kept")).isZero();
        }
    }

    private static Pod runPausePod(KubernetesClient client, String name) {
        var pod = new PodBuilder()
                .withNewMetadata()
                .withNamespace("default")
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("pause")
                .withImage(ContainerdFiles.PAUSE_IMAGE)
                .withImagePullPolicy("Never")
                .endContainer()
                .endSpec()
                .build();
        client.resource(pod).create();
        await().atMost(LIMIT)
                .until(() -> client.resource(pod).get().getStatus().getPhase().equals("Running"));
        return client.resource(pod).get();
    }

    private static int restartsOf(KubernetesClient client, String pod) {
        return client.pods()
                .inNamespace("default")
                .withName(pod)
                .get()
                .getStatus()
                .getContainerStatuses()
                .getFirst()
                .getRestartCount();
    }

    /// What a kubelet would change on a machine that is all its own.
    private static List<String> settingsOfThisMachine() throws IOException {
        var values = new ArrayList<String>();
        for (var setting :
                List.of("vm/overcommit_memory", "kernel/panic", "kernel/panic_on_oops", "net/ipv4/ip_forward")) {
            values.add(Files.readString(Path.of("/proc/sys", setting)));
        }
        return values;
    }

    /// Where a node shows on this machine.
    private record Traces(Path folder, String name) {
        static Traces of(KubernetesNode node) {
            return new Traces(
                    node.controlPlane().folder(),
                    ((NodeSite) node.controlPlane().site()).network().name());
        }

        List<String> remaining() throws IOException {
            var found = new ArrayList<String>();
            if (Files.exists(folder)) {
                found.add("folder");
            }
            if (hasNetwork()) {
                found.add("network");
            }
            if (Files.readString(Path.of("/proc/self/mountinfo")).contains(folder.toString())) {
                found.add("mount");
            }
            if (Files.exists(Path.of("/sys/fs/cgroup", name)) || Files.exists(Path.of("/sys/fs/cgroup/pids", name))) {
                found.add("cgroup");
            }
            if (ProcessHandle.allProcesses()
                    .anyMatch(process -> process.info().commandLine().orElse("").contains(folder.toString()))) {
                found.add("processes");
            }
            return found;
        }

        private boolean hasNetwork() throws SocketException {
            return NetworkInterface.getByName(name) != null;
        }
    }

    /// Starts a node, says where it shows and waits to be killed.
    static final class StartedInAnotherJvm {
        private StartedInAnotherJvm() {}

        public static void main(String... arguments) throws InterruptedException {
            var traces = Traces.of(KubernetesNode.start(PROGRESS));
            System.out.println(traces.folder());
            System.out.println(traces.name());
            Thread.sleep(Duration.ofMinutes(5));
        }
    }
}
