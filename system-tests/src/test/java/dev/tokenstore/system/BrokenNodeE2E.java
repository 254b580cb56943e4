package dev.tokenstore.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.process.Http;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// That a node can be broken as tests need it.
class BrokenNodeE2E {
    @RegisterExtension
    static final Pods pods = Pods.onOwnNode();

    @Test
    void aPodOutlivesAnAbsenceOfTheApiServer() {
        run("survivor");
        var before = app("survivor");
        var address = pods.pod("survivor").getStatus().getPodIP();

        pods.node().stopApiServer();
        try {
            assertThatExceptionOfType(KubernetesClientException.class).isThrownBy(() -> pods.pod("survivor"));
            await().during(Duration.ofSeconds(20))
                    .atMost(Duration.ofSeconds(25))
                    .until(() -> answerOf(address), "still here\n"::equals);
        } finally {
            pods.node().startApiServer();
        }

        await().during(Duration.ofSeconds(3)).atMost(Pods.LIMIT).until(() -> Pods.isReady(pods.pod("survivor")));
        assertThat(app("survivor").getContainerID()).isEqualTo(before.getContainerID());
        assertThat(app("survivor").getRestartCount()).isZero();
    }

    @Test
    void aKilledSidecarIsStartedAgainWithoutItsApp() {
        run("bereaved");
        var before = app("bereaved");

        pods.node().killContainer(sidecar("bereaved").getContainerID());

        await().atMost(Pods.LIMIT)
                .until(() -> sidecar("bereaved").getRestartCount() == 1
                        && sidecar("bereaved").getReady());
        assertThat(app("bereaved").getContainerID()).isEqualTo(before.getContainerID());
        assertThat(app("bereaved").getRestartCount()).isZero();
    }

    private static void run(String name) {
        pods.apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: %2$s}
                spec:
                  initContainers:
                  - name: sidecar
                    image: %1$s
                    imagePullPolicy: Never
                    restartPolicy: Always
                    args: [serve-socket, /shared/socket]
                    volumeMounts:
                    - {name: shared, mountPath: /shared}
                  containers:
                  - name: app
                    image: %1$s
                    imagePullPolicy: Never
                    args: [serve, still here]
                    readinessProbe: {httpGet: {port: 8080}, periodSeconds: 1}
                  volumes:
                  - {name: shared, emptyDir: {}}
                """.formatted(Probe.IMAGE, name));
        pods.awaitReady(name);
    }

    private static ContainerStatus app(String pod) {
        return pods.pod(pod).getStatus().getContainerStatuses().getFirst();
    }

    private static ContainerStatus sidecar(String pod) {
        return pods.pod(pod).getStatus().getInitContainerStatuses().getFirst();
    }

    private static String answerOf(String address) {
        return Http.get("http://" + address + ":8080", Duration.ofSeconds(2)).body();
    }
}
