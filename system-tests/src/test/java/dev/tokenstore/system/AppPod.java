package dev.tokenstore.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.testing.process.Http;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import java.time.Duration;
import java.util.List;

/// A pod of [TokenWebApp] and its sidecar.
///
/// @param address of the pod
record AppPod(Pods pods, String name, String address) {
    private static final int METRICS_PORT = 9464;
    private static final Duration PATIENCE = Duration.ofSeconds(15);

    static AppPod of(Pods pods, Pod pod) {
        return new AppPod(pods, pod.getMetadata().getName(), pod.getStatus().getPodIP());
    }

    /// Those with a label that are not on their way out.
    static List<AppPod> labelled(Pods pods, String label, String value) {
        return pods.admin().pods().withLabel(label, value).list().getItems().stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .map(pod -> of(pods, pod))
                .toList();
    }

    /// The id of the new token.
    String save(String user) {
        return ask("/save/" + user);
    }

    /// The id of the user's token, or `nothing`.
    String find(String user) {
        return ask("/find/" + user);
    }

    /// Through the API server, so in every cluster.
    private String ask(String path) {
        return pods.admin()
                .raw("/api/v1/namespaces/" + pods.namespace() + "/pods/" + name + ":" + TokenWebApp.PORT + "/proxy"
                        + path);
    }

    /// What the app answers on the pod's own network, which a node of the tests' own shares with this machine.
    String answerOnNetwork(String path) {
        return fetch(TokenWebApp.PORT, path);
    }

    /// What the sidecar says to a readiness probe, on the pod's own network.
    String readinessOfSidecar() {
        return fetch(METRICS_PORT, "/readyz");
    }

    private String fetch(int port, String path) {
        return Http.get("http://" + address + ":" + port + path, PATIENCE)
                .body()
                .strip();
    }

    ContainerStatus app() {
        return pods.pod(name).getStatus().getContainerStatuses().getFirst();
    }

    ContainerStatus sidecar() {
        var first = pods.pod(name).getStatus().getInitContainerStatuses().getFirst();
        assertThat(first.getName()).isEqualTo("tokenstore");
        return first;
    }

    boolean isReady() {
        return Pods.isReady(pods.pod(name));
    }
}
