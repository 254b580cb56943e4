package dev.tokenstore.system;

import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.product.TestStore;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Pods that ask for the sidecar by an annotation, and get it from the chart's policy.
class InjectionE2E {
    @RegisterExtension
    static final Pods pods = Pods.onAnyCluster().withShippedImages();

    private static final String REFRESH_TOKEN = "fixture-secret-refresh-token";
    private static final String SOCKET = "/run/tokenstore/tokenstore.sock";
    private static final String ACCOUNT_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    private static TestStore store;
    private static String tokens;

    @BeforeAll
    static void installTheChart() {
        pods.cluster().load(TokenAppImage.archive());
        new ChartRelease(pods.cluster().kubeconfig()).install();
        pods.createAccount("crm-worker");
        store = pods.createStore("crm-worker");
        tokens = store.namespace();
        pods.awaitInjection(store);
    }

    @AfterAll
    static void uninstallTheChart() {
        new ChartRelease(pods.cluster().kubeconfig()).uninstall();
    }

    @Test
    void theReplicasOfADeploymentShareATokenAndSurviveACrashOfTheSidecar() {
        pods.apply("""
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: crm-app}
                spec:
                  replicas: 2
                  selector: {matchLabels: {app: crm-app}}
                  template:
                    metadata:
                      labels: {app: crm-app}
                      annotations: {tokenstore.dev/store: %s/crm}
                    spec:
                      serviceAccountName: crm-worker
                      automountServiceAccountToken: false
                      containers:
                      - {name: app, image: %s, imagePullPolicy: Never, args: [keep, alice, %s]}
                """.formatted(tokens, TokenAppImage.NAME, REFRESH_TOKEN));

        await().atMost(Pods.LIMIT)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(replicas())
                        .hasSize(2)
                        .allSatisfy(pod -> assertThat(linesOf(pod)).anyMatch(line -> line.startsWith("found "))));
        assertThat(replicas().stream()
                        .flatMap(pod -> linesOf(pod).stream())
                        .filter(line -> line.startsWith("found "))
                        .collect(toSet()))
                .singleElement()
                .asString()
                .endsWith(" with " + REFRESH_TOKEN.length());

        assumeThat(pods.cluster().ownNode()).as("containers can be killed").isPresent();
        var crashed = replicas().getFirst();
        var foundBefore = linesOf(crashed).size();
        pods.node().killContainer(sidecarOf(crashed).getContainerID());

        await().atMost(Pods.LIMIT).untilAsserted(() -> {
            var pod = pods.pod(crashed.getMetadata().getName());
            assertThat(sidecarOf(pod).getRestartCount()).isEqualTo(1);
            assertThat(sidecarOf(pod).getReady()).isTrue();
        });
        // one call may have been under way, and its line is the last of before
        await().atMost(Pods.LIMIT).until(() -> linesOf(crashed).size() > foundBefore + 2);
        assertThat(pods.pod(crashed.getMetadata().getName()).getStatus().getContainerStatuses())
                .allSatisfy(app -> assertThat(app.getRestartCount()).isZero());
    }

    @Test
    void inAJobThatEndsOnlyTheChosenContainerHasTheSocketAndNoneHasTheAccount() {
        pods.apply("""
                apiVersion: batch/v1
                kind: Job
                metadata: {name: crm-import}
                spec:
                  backoffLimit: 0
                  template:
                    metadata:
                      annotations:
                        tokenstore.dev/store: %1$s/crm
                        tokenstore.dev/containers: app, chosen
                    spec:
                      restartPolicy: Never
                      serviceAccountName: crm-worker
                      automountServiceAccountToken: false
                      containers:
                      - {name: app, image: %2$s, imagePullPolicy: Never, args: [save, bob, %3$s]}
                      - {name: chosen, image: %4$s, imagePullPolicy: Never, args: [look, %5$s, %6$s]}
                      - {name: other, image: %4$s, imagePullPolicy: Never, args: [look, %5$s, %6$s]}
                """.formatted(tokens, TokenAppImage.NAME, REFRESH_TOKEN, Probe.IMAGE, SOCKET, ACCOUNT_TOKEN));

        await().atMost(Pods.LIMIT)
                .ignoreExceptions()
                .until(() -> pods.admin()
                                .batch()
                                .v1()
                                .jobs()
                                .withName("crm-import")
                                .get()
                                .getStatus()
                                .getSucceeded()
                        == 1);
        var pod = podsWith("job-name", "crm-import").getFirst().getMetadata().getName();
        assertThat(pods.logOf(pod, "app")).containsPattern("(?m)^saved ");
        assertThat(pods.logOf(pod, "chosen")).isEqualTo("found " + SOCKET + "\nno " + ACCOUNT_TOKEN + "\n");
        assertThat(pods.logOf(pod, "other")).isEqualTo("no " + SOCKET + "\nno " + ACCOUNT_TOKEN + "\n");
    }

    @Test
    void anAccountWithoutAccessIsToldTheEntryThatGivesItSome() {
        pods.createAccount("newcomer");
        pods.apply("""
                apiVersion: v1
                kind: Pod
                metadata:
                  name: newcomer
                  annotations: {tokenstore.dev/store: %s/crm, tokenstore.dev/wait-for-store: "false"}
                spec:
                  restartPolicy: OnFailure
                  serviceAccountName: newcomer
                  automountServiceAccountToken: false
                  containers:
                  - {name: app, image: %s, imagePullPolicy: Never, args: [find, nobody]}
                """.formatted(tokens, TokenAppImage.NAME));

        await().atMost(Pods.LIMIT)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(pods.logOf("newcomer", "app"))
                        .contains("PERMISSION_DENIED: store " + tokens + "/crm does not exist, or ")
                        .contains("{name: newcomer, namespace: " + pods.namespace()
                                + "} in its spec.access.serviceAccounts"));

        pods.allow(store, "crm-worker", "newcomer");

        pods.awaitPhase("newcomer", "Succeeded");
        assertThat(pods.logOf("newcomer", "app")).endsWith("nothing found\n");
    }

    @Test
    void theEventsOfAPodWhoseStoreIsNotThereSayWhatToDo() {
        pods.apply("""
                apiVersion: v1
                kind: Pod
                metadata:
                  name: mistaken
                  annotations: {tokenstore.dev/store: %s/crn}
                spec:
                  serviceAccountName: crm-worker
                  automountServiceAccountToken: false
                  containers:
                  - {name: app, image: %s, imagePullPolicy: Never, args: [find, nobody]}
                """.formatted(tokens, TokenAppImage.NAME));

        await().atMost(Pods.LIMIT)
                .untilAsserted(() -> assertThat(eventsOf("mistaken"))
                        .anySatisfy(message -> assertThat(message)
                                .startsWith("Startup probe failed: ")
                                .endsWith("there is no OAuthTokenStore crn in namespace " + tokens
                                        + "; create it, or name another store")));
        assertThat(pods.pod("mistaken").getStatus().getPhase()).isEqualTo("Pending");
    }

    private static List<String> eventsOf(String pod) {
        return pods.admin().v1().events().withField("involvedObject.name", pod).list().getItems().stream()
                .map(Event::getMessage)
                .toList();
    }

    private static List<Pod> replicas() {
        return podsWith("app", "crm-app");
    }

    private static List<Pod> podsWith(String label, String value) {
        return pods.admin().pods().withLabel(label, value).list().getItems();
    }

    private static List<String> linesOf(Pod pod) {
        return pods.logOf(pod.getMetadata().getName(), "app").lines().toList();
    }

    private static ContainerStatus sidecarOf(Pod pod) {
        return pod.getStatus().getInitContainerStatuses().stream()
                .filter(container -> container.getName().equals("tokenstore"))
                .findFirst()
                .orElseThrow();
    }
}
