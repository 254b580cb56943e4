package dev.tokenstore.system;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The life of one installation and of the apps that use it: replicas and Jobs, a shutdown, crashes, an absence of the
/// API server, an upgrade, and the end. The same replicas run from the first test to the last.
@TestMethodOrder(OrderAnnotation.class)
class LifeE2E {
    @RegisterExtension
    static final Pods pods = Pods.onAnyCluster().withShippedImages();

    private static final Duration OUTAGE = Duration.ofMinutes(1);
    private static final int GRACE_SECONDS = 30;

    private static CrmStore store;
    private static CrmApps apps;

    @BeforeAll
    static void installTheChart() {
        pods.cluster().load(TokenAppImage.archive());
        release().install();
        store = CrmStore.create(pods);
        apps = new CrmApps(pods, store);
        pods.awaitInjection(store.store());
        // every minute from here on, seen by a later test
        apps.scheduleJob("crm-sync", "save, cron, " + TokenWebApp.REFRESH_TOKEN);
    }

    @AfterAll
    static void uninstallTheChart() {
        release().uninstall();
    }

    @Test
    @Order(1)
    void whatOneReplicaSavesTheOthersFind() {
        apps.startReplicas(3);
        await().atMost(Pods.LIMIT)
                .untilAsserted(() -> assertThat(apps.replicas()).hasSize(3).allMatch(AppPod::isReady));

        var saved = apps.replica().save("alice");

        assertThat(apps.replicas())
                .allSatisfy(replica -> assertThat(replica.find("alice")).isEqualTo(saved));
    }

    @Test
    @Order(2)
    void aJobFindsWhatAReplicaSavedAndEndsWithItsSidecar() {
        apps.startJob("crm-import", "find, alice");

        awaitSuccessOfJob("crm-import");

        var pod = podOf("crm-import");
        assertThatSidecarOutlivedApp(pod);
        assertThat(pods.logOf(pod.name(), "app").lines())
                .contains("found " + apps.replica().find("alice") + " with " + TokenWebApp.REFRESH_TOKEN.length());
    }

    @Test
    @Order(3)
    void aDeletedPodSavesItsLastTokenBeforeItsSidecarEndsAndLeavesNothing() {
        var leaver = apps.startLeaver("leaver");
        var traces = new PodTraces(uid(pods.pod(leaver.name())));
        var onOwnNode = pods.cluster().ownNode().isPresent();
        assertThat(traces.remain()).isEqualTo(onOwnNode);

        pods.admin()
                .pods()
                .withName(leaver.name())
                .withGracePeriod(Duration.ofSeconds(GRACE_SECONDS).toMillis())
                .delete();
        await().atMost(Pods.LIMIT)
                .until(() -> leaver.app().getState().getTerminated() != null
                        && leaver.sidecar().getState().getTerminated() != null);

        assertThat(pods.logOf(leaver.name(), "app").lines())
                .contains("saved " + apps.replica().find("leaver"));
        assertThatSidecarOutlivedApp(leaver);
        assertThat(pods.logOf(leaver.name(), "tokenstore")).contains("stopped; all calls had finished");
        // without a version: the kubelet goes on writing the pod's status
        pods.admin()
                .pods()
                .withName(leaver.name())
                .patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\":{\"finalizers\":null}}");
        await().atMost(Pods.LIMIT)
                .until(() -> pods.admin().pods().withName(leaver.name()).get() == null && !traces.remain());
    }

    @Test
    @Order(4)
    void aKilledSidecarComesBackAndItsAppGoesOnWithTheSameClient() {
        assumeThat(pods.cluster().ownNode()).as("containers can be killed").isPresent();
        var bereaved = apps.replica();
        var saved = bereaved.save("bob");
        var app = bereaved.app().getContainerID();

        pods.node().killContainer(bereaved.sidecar().getContainerID());

        await().atMost(Pods.LIMIT)
                .until(() -> bereaved.sidecar().getRestartCount() == 1
                        && bereaved.sidecar().getReady());
        await().atMost(Pods.LIMIT)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(bereaved.find("bob")).isEqualTo(saved));
        assertThat(bereaved.app().getContainerID()).isEqualTo(app);
        assertThat(bereaved.app().getRestartCount()).isZero();
    }

    @Test
    @Order(5)
    void aCronJobSavesOnScheduleAndItsJobEnds() {
        awaitSuccessOfJob("crm-sync-");
        pods.admin().batch().v1().cronjobs().withName("crm-sync").edit(cron -> {
            cron.getSpec().setSuspend(true);
            return cron;
        });

        var pod = podOf("crm-sync");
        assertThatSidecarOutlivedApp(pod);
        assertThat(pods.logOf(pod.name(), "app").lines())
                .contains("saved " + apps.replica().find("cron"));
    }

    @Test
    @Order(6)
    void killedOperatorsComeBackAndTheStatusGoesOn() {
        assumeThat(pods.cluster().ownNode()).as("containers can be killed").isPresent();
        var killed = operators();
        assertThat(killed).hasSize(2);

        killed.forEach(operator -> pods.node().killContainer(containerOf(operator)));

        apps.replica().save("carol");
        store.awaitOperatorAfterChange("13h");
        await().atMost(Pods.LIMIT)
                .untilAsserted(() -> assertThat(operators())
                        .allMatch(Pods::isReady)
                        .allSatisfy(operator -> assertThat(operator.getStatus()
                                        .getContainerStatuses()
                                        .getFirst()
                                        .getRestartCount())
                                .isEqualTo(1))
                        .extracting(LifeE2E::uid)
                        .containsExactlyInAnyOrderElementsOf(
                                killed.stream().map(LifeE2E::uid).toList()));
    }

    @Test
    @Order(7)
    void aMinuteWithoutTheApiServerLeavesPodsReadyAndCallsWorkAgainByThemselves() throws Exception {
        assumeThat(pods.cluster().ownNode()).as("the API server can be stopped").isPresent();
        var replicas = apps.replicas();
        var saved = replicas.getFirst().find("alice");
        var before = containersOf(replicas);

        pods.node().stopApiServer();
        try {
            var end = System.nanoTime() + OUTAGE.toNanos();
            while (System.nanoTime() < end) {
                for (var replica : replicas) {
                    assertThat(replica.readinessOfSidecar()).isEqualTo("ok");
                    assertThat(replica.answerOnNetwork("/readyz")).isEqualTo("ok");
                }
                Thread.sleep(Duration.ofSeconds(1));
            }
            assertThat(replicas.getFirst().answerOnNetwork("/find/alice"))
                    .as("a token that this pod has read before")
                    .isEqualTo(saved);
            // the app gets a reason, and never "nothing"
            assertThat(replicas.getFirst().answerOnNetwork("/find/nobody"))
                    .containsPattern("^(UNAVAILABLE: .*API server|DEADLINE_EXCEEDED: .*before the store had answered)");
        } finally {
            pods.node().startApiServer();
        }

        // an error is a code, a colon and a sentence
        var later = await().atMost(Pods.LIMIT)
                .until(() -> replicas.getFirst().answerOnNetwork("/save/dave"), answer -> !answer.contains(": "));
        await().atMost(Pods.LIMIT)
                .untilAsserted(() -> assertThat(replicas).allSatisfy(replica -> {
                    assertThat(replica.answerOnNetwork("/find/alice")).isEqualTo(saved);
                    assertThat(replica.answerOnNetwork("/find/dave")).isEqualTo(later);
                }));
        await().atMost(Pods.LIMIT).untilAsserted(() -> assertThat(replicas).allMatch(AppPod::isReady));
        assertThat(containersOf(replicas)).isEqualTo(before);
        store.awaitOperatorAfterChange("14h");
    }

    @Test
    @Order(8)
    void anUpgradeToOtherValuesKeepsTokensAndTheDefinition() {
        var definition = store.definitionUid();
        var uid = store.uid();
        var tokens = store.tokens();
        var containers = containersOf(apps.replicas());
        var old = operators().stream().map(LifeE2E::uid).toList();

        release().upgrade(Map.of("operator.replicas", "1", "operator.logFormat", "text"));

        await().atMost(Pods.LIMIT)
                .untilAsserted(() -> assertThat(operators()).singleElement().satisfies(operator -> {
                    assertThat(uid(operator)).isNotIn(old);
                    assertThat(operator.getSpec().getContainers().getFirst().getArgs())
                            .containsExactly("--log-format=text");
                }));
        assertThat(store.definitionUid()).isEqualTo(definition);
        assertThat(store.uid()).isEqualTo(uid);
        assertThat(store.tokens()).isNotEmpty().isEqualTo(tokens);
        assertThat(containersOf(apps.replicas())).isEqualTo(containers);
        apps.replica().save("erin");
        store.awaitOperatorAfterChange("15h");
    }

    @Test
    @Order(9)
    void uninstallingKeepsTokensAndTheDefinitionForTheNextInstallation() {
        var definition = store.definitionUid();
        var uid = store.uid();
        var saved = apps.replica().find("alice");
        var tokens = store.tokens();

        release().uninstall();
        await().atMost(Pods.LIMIT).until(() -> operators().isEmpty());

        assertThat(store.definitionUid()).isEqualTo(definition);
        assertThat(store.uid()).isEqualTo(uid);
        assertThat(store.tokens()).isNotEmpty().isEqualTo(tokens);

        release().install();

        await().atMost(Pods.LIMIT)
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(apps.replicas())
                        .allSatisfy(replica -> assertThat(replica.find("alice")).isEqualTo(saved)));
    }

    private static ChartRelease release() {
        return new ChartRelease(pods.cluster().kubeconfig());
    }

    /// Of one whose name begins so.
    private static void awaitSuccessOfJob(String name) {
        await().atMost(Pods.LIMIT)
                .until(() -> pods.admin().batch().v1().jobs().list().getItems().stream()
                        .anyMatch(job -> job.getMetadata().getName().startsWith(name)
                                && Integer.valueOf(1).equals(job.getStatus().getSucceeded())));
    }

    /// The first that ended.
    private static AppPod podOf(String app) {
        return AppPod.labelled(pods, "app", app).stream()
                .filter(pod -> pods.pod(pod.name()).getStatus().getPhase().equals("Succeeded"))
                .findFirst()
                .orElseThrow();
    }

    private static void assertThatSidecarOutlivedApp(AppPod pod) {
        var app = pod.app().getState().getTerminated();
        var sidecar = pod.sidecar().getState().getTerminated();
        assertThat(sidecar.getExitCode()).isZero();
        assertThat(sidecar.getFinishedAt()).isGreaterThanOrEqualTo(app.getFinishedAt());
        assertThat(pod.sidecar().getRestartCount()).isZero();
    }

    private static List<Pod> operators() {
        return pods
                .admin()
                .pods()
                .inNamespace(ChartRelease.NAMESPACE)
                .withLabel("app.kubernetes.io/name", "oauth-token-store-operator")
                .list()
                .getItems()
                .stream()
                .filter(pod -> pod.getMetadata().getDeletionTimestamp() == null)
                .toList();
    }

    private static String containerOf(Pod pod) {
        return pod.getStatus().getContainerStatuses().getFirst().getContainerID();
    }

    private static String uid(Pod pod) {
        return pod.getMetadata().getUid();
    }

    /// What runs in the pods, by their names: a restart would change it.
    private static Map<String, List<String>> containersOf(List<AppPod> replicas) {
        return replicas.stream()
                .collect(toMap(
                        AppPod::name,
                        replica -> List.of(
                                replica.app().getContainerID(),
                                replica.sidecar().getContainerID())));
    }
}
