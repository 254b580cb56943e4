package dev.tokenstore.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// From the chart to tokens: installed, a store, apps that share them through their sidecars.
class ChartE2E {
    @RegisterExtension
    static final Pods pods = Pods.onAnyCluster().withShippedImages();

    private static final String REFRESH_TOKEN = "fixture-secret-refresh-token";

    @BeforeAll
    static void installTheChart() {
        pods.cluster().load(TokenAppImage.archive());
        new ChartRelease(pods.cluster().kubeconfig()).install();
    }

    @AfterAll
    static void uninstallTheChart() {
        new ChartRelease(pods.cluster().kubeconfig()).uninstall();
    }

    @Test
    void helmTestSavesAndFindsAToken() {
        new ChartRelease(pods.cluster().kubeconfig()).test();
    }

    @Test
    void whatOnePodSavesAnotherOneFinds() {
        pods.createAccount("crm-worker");
        var store = pods.createStore("crm-worker");
        var tokens = store.namespace();

        startApp("saver", "crm-worker", tokens, "save, alice, " + REFRESH_TOKEN);
        pods.awaitPhase("saver", "Succeeded");
        startApp("finder", "crm-worker", tokens, "find, alice");
        pods.awaitPhase("finder", "Succeeded");

        var saved = pods.logOf("saver", "app").strip();
        assertThat(saved).startsWith("saved ");
        assertThat(pods.logOf("finder", "app").strip())
                .isEqualTo(saved.replace("saved", "found") + " with " + REFRESH_TOKEN.length());
        assertThat(store.secrets())
                .singleElement()
                .satisfies(secret -> assertThat(secret.getData()).containsKey("refresh_token"));
    }

    @Test
    void anAppWaitsUntilItsAccountIsGivenAccess() {
        pods.createAccount("newcomer");
        var store = pods.createStore();
        var tokens = store.namespace();
        startApp("newcomer", "newcomer", tokens, "find, alice");
        var account = "system:serviceaccount:" + pods.namespace() + ":newcomer";

        await().atMost(Pods.LIMIT)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(pods.logOf("newcomer", "tokenstore"))
                        .contains(account + " may not use it; let an administrator give that account access"));
        assertThat(pods.pod("newcomer").getStatus().getPhase()).isEqualTo("Pending");

        pods.allow(store, "newcomer");

        pods.awaitPhase("newcomer", "Succeeded");
        assertThat(pods.logOf("newcomer", "app")).isEqualTo("nothing found\n");
    }

    /// Starts the app beside a sidecar, which alone has the pod's account.
    private static void startApp(String name, String account, String tokens, String arguments) {
        pods.apply("""
                apiVersion: v1
                kind: Pod
                metadata: {name: %1$s}
                spec:
                  restartPolicy: Never
                  serviceAccountName: %5$s
                  automountServiceAccountToken: false
                  securityContext:
                    runAsNonRoot: true
                    seccompProfile: {type: RuntimeDefault}
                  initContainers:
                  - name: tokenstore
                    restartPolicy: Always
                    image: oauth-token-store/sidecar:0.1.0
                    imagePullPolicy: Never
                    args: [--store=%2$s/crm, --tcp=off, --socket=/run/tokenstore/tokenstore.sock]
                    ports:
                    - {name: metrics, containerPort: 9464}
                    startupProbe:
                      httpGet: {path: /readyz, port: metrics}
                      periodSeconds: 1
                      failureThreshold: 60
                    resources: {limits: {memory: 192Mi}}
                    securityContext: &restricted
                      allowPrivilegeEscalation: false
                      readOnlyRootFilesystem: true
                      capabilities: {drop: [ALL]}
                    volumeMounts:
                    - {name: socket, mountPath: /run/tokenstore}
                    - {name: account, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}
                  containers:
                  - name: app
                    image: %3$s
                    imagePullPolicy: Never
                    args: [%4$s]
                    env:
                    - {name: TOKENSTORE_ADDRESS, value: "unix:/run/tokenstore/tokenstore.sock"}
                    securityContext: *restricted
                    volumeMounts:
                    - {name: socket, mountPath: /run/tokenstore}
                    - {name: scratch, mountPath: /tmp}
                  volumes:
                  - name: socket
                    emptyDir: {sizeLimit: 1Mi}
                  - {name: scratch, emptyDir: {}}
                  - name: account
                    projected:
                      sources:
                      - serviceAccountToken: {path: token, expirationSeconds: 3600}
                      - configMap: {name: kube-root-ca.crt, items: [{key: ca.crt, path: ca.crt}]}
                      - downwardAPI: {items: [{path: namespace, fieldRef: {fieldPath: metadata.namespace}}]}
                """.formatted(name, tokens, TokenAppImage.NAME, arguments, account));
    }
}
