package dev.tokenstore.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What the other system tests rely on: that pods run as they do on any Kubernetes.
class PodsE2E {
    @RegisterExtension
    static final Pods pods = Pods.onAnyCluster();

    @Test
    void aPodRunsToItsEndAndItsLogIsRead() {
        pods.apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: talker}
                spec:
                  restartPolicy: Never
                  containers:
                  - {name: app, image: %s, imagePullPolicy: Never, args: [say, hello from a pod]}
                """.formatted(Probe.IMAGE));

        pods.awaitPhase("talker", "Succeeded");

        assertThat(pods.logOf("talker")).isEqualTo("hello from a pod\n");
    }

    @Test
    void aJobEndsWithItsNativeSidecarAfterAskingItThroughASocket() {
        pods.apply("""
                apiVersion: batch/v1
                kind: Job
                metadata: {name: asker}
                spec:
                  backoffLimit: 0
                  template:
                    spec:
                      restartPolicy: Never
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
                        args: [ask-socket, /shared/socket]
                        volumeMounts:
                        - {name: shared, mountPath: /shared}
                      volumes:
                      - {name: shared, emptyDir: {}}
                """.formatted(Probe.IMAGE));

        await().atMost(Pods.LIMIT)
                .untilAsserted(() -> assertThat(pods.admin()
                                .batch()
                                .v1()
                                .jobs()
                                .withName("asker")
                                .get()
                                .getStatus()
                                .getSucceeded())
                        .isEqualTo(1));

        var pod = pods.admin()
                .pods()
                .withLabel("job-name", "asker")
                .list()
                .getItems()
                .getFirst()
                .getMetadata()
                .getName();
        assertThat(pods.logOf(pod, "app")).isEqualTo("answer of the sidecar\n");
        assertThat(pods.logOf(pod, "sidecar")).isEqualTo("asked to end\n");
    }

    @Test
    void aServiceLeadsToItsPod() {
        pods.apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: server, labels: {app: server}}
                spec:
                  containers:
                  - name: app
                    image: %1$s
                    imagePullPolicy: Never
                    args: [serve, answer of the server]
                    readinessProbe: {httpGet: {port: 8080}, periodSeconds: 1}
                ---
                apiVersion: v1
                kind: Service
                metadata: {name: server}
                spec:
                  selector: {app: server}
                  ports:
                  - {port: 80, targetPort: 8080}
                """.formatted(Probe.IMAGE));
        pods.awaitReady("server");
        var service = pods.admin().services().withName("server").get();

        pods.apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: client}
                spec:
                  restartPolicy: Never
                  containers:
                  - {name: app, image: %1$s, imagePullPolicy: Never, args: [fetch, "http://%2$s"]}
                """.formatted(Probe.IMAGE, service.getSpec().getClusterIP()));
        pods.awaitPhase("client", "Succeeded");

        assertThat(pods.logOf("client")).isEqualTo("answer of the server\n");
    }

    @Test
    void aPodIsItsServiceAccountForTheApiServer() {
        pods.apply("""
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: worker}
                ---
                apiVersion: v1
                kind: Pod
                metadata: {name: asker-of-identity}
                spec:
                  serviceAccountName: worker
                  restartPolicy: Never
                  containers:
                  - {name: app, image: %s, imagePullPolicy: Never, args: [whoami]}
                """.formatted(Probe.IMAGE));

        pods.awaitPhase("asker-of-identity", "Succeeded");

        assertThat(pods.logOf("asker-of-identity"))
                .isEqualTo("system:serviceaccount:" + pods.namespace() + ":worker\n");
    }
}
