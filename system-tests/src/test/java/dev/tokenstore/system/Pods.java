package dev.tokenstore.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.node.NodeCondition;
import dev.tokenstore.testing.product.TestStore;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/// JUnit extension: a namespace in a cluster that runs pods, for a test class; all test classes share the cluster.
///
/// Tests are skipped where there is no such cluster, or fail: see [NodeCondition].
final class Pods implements ExecutionCondition, BeforeAllCallback, AfterAllCallback {
    /// Seconds, but after an absence of the API server its clients take up to a minute to try again.
    static final Duration LIMIT = Duration.ofMinutes(2);

    private final boolean onOwnNode;
    private final boolean withShippedImages;
    private final KubernetesForTests kubernetes =
            KubernetesForTests.on(() -> cluster().kubeconfig());
    private @Nullable PodCluster cluster;

    private Pods(boolean onOwnNode, boolean withShippedImages) {
        this.onOwnNode = onOwnNode;
        this.withShippedImages = withShippedImages;
    }

    static Pods onAnyCluster() {
        return new Pods(false, false);
    }

    /// For tests that switch servers off or kill processes: see [#node()].
    static Pods onOwnNode() {
        return new Pods(true, false);
    }

    /// Returns an extension that also loads the images of operator and sidecar.
    Pods withShippedImages() {
        return new Pods(onOwnNode, true);
    }

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        var source = ChosenCluster.ofThisProcess();
        if (onOwnNode && !source.hasOwnNode()) {
            return ConditionEvaluationResult.disabled(
                    "Not every cluster may be broken: only a node of the tests' own.");
        }
        return NodeCondition.judge(
                source.obstacle().or(() -> withShippedImages ? ShippedImages.obstacle() : Optional.empty()));
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        cluster = context.getRoot()
                .getStore(Namespace.create(Pods.class))
                .computeIfAbsent("cluster", key -> openWithImages(), PodCluster.class);
        if (withShippedImages) {
            ShippedImages.archives().forEach(cluster()::load);
        }
        kubernetes.beforeAll(context);
        // without it no pod is admitted
        await().atMost(LIMIT)
                .until(() -> admin().serviceAccounts().withName("default").get() != null);
    }

    private static PodCluster openWithImages() {
        var opened = ChosenCluster.ofThisProcess().open();
        opened.load(Probe.image());
        return opened;
    }

    @Override
    public void afterAll(ExtensionContext context) {
        kubernetes.afterAll(context);
    }

    PodCluster cluster() {
        return Optional.ofNullable(cluster).orElseThrow();
    }

    PodCluster.Node node() {
        return cluster().ownNode().orElseThrow();
    }

    String namespace() {
        return kubernetes.namespace();
    }

    String newNamespace() {
        return kubernetes.newNamespace();
    }

    KubernetesClient admin() {
        return kubernetes.admin();
    }

    void apply(String yaml) {
        kubernetes.apply(yaml);
    }

    void createAccount(String name) {
        apply("""
                apiVersion: v1
                kind: ServiceAccount
                metadata: {name: %s}
                """.formatted(name));
    }

    /// Creates a store in a namespace of its own, with access for accounts of the pods' namespace.
    TestStore createStore(String... accounts) {
        return allow(new TestStore(admin(), cluster().kubeconfig(), newNamespace(), "crm"), accounts);
    }

    /// Gives access to accounts of the pods' namespace, and to no others.
    TestStore allow(TestStore store, String... accounts) {
        var entries = Stream.of(accounts)
                .map(account -> "{name: %s, namespace: %s}".formatted(account, namespace()))
                .toList();
        return store.apply("{access: {serviceAccounts: %s}}".formatted(entries));
    }

    /// Waits until the chart's policy gives sidecars to pods: a new policy takes effect after some seconds.
    void awaitInjection(TestStore store) {
        var asking = new PodBuilder()
                .withNewMetadata()
                .withName("asking")
                .withNamespace(namespace())
                .addToAnnotations("tokenstore.dev/store", store.fullName())
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("app")
                .withImage(Probe.IMAGE)
                .endContainer()
                .endSpec()
                .build();
        await().atMost(LIMIT)
                .until(() -> !admin().resource(asking)
                        .dryRun()
                        .create()
                        .getSpec()
                        .getInitContainers()
                        .isEmpty());
    }

    Pod pod(String name) {
        return Optional.ofNullable(admin().pods().withName(name).get()).orElseThrow();
    }

    /// Waits no longer once the pod has ended otherwise.
    void awaitPhase(String pod, String phase) {
        var others = Stream.of("Succeeded", "Failed")
                .filter(end -> !end.equals(phase))
                .toList();
        await().atMost(LIMIT)
                .failFast(() -> assertThat(phaseOf(pod)).as("end of pod " + pod).isNotIn(others))
                .until(() -> phaseOf(pod), phase::equals);
    }

    private String phaseOf(String pod) {
        return pod(pod).getStatus().getPhase();
    }

    void awaitReady(String pod) {
        await().atMost(LIMIT).until(() -> isReady(pod(pod)));
    }

    static boolean isReady(Pod pod) {
        return pod.getStatus().getConditions().stream()
                .anyMatch(condition -> condition.getType().equals("Ready")
                        && condition.getStatus().equals("True"));
    }

    String logOf(String pod) {
        return admin().pods().withName(pod).getLog();
    }

    String logOf(String pod, String container) {
        return admin().pods().withName(pod).inContainer(container).getLog();
    }
}
