package dev.tokenstore.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.KubernetesForTests;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The policy that the chart ships, on a real API server: of the pods before it makes what the API server makes of
/// those after. [InjectTest] holds the same table against the command, so both give the same pod.
class InjectionPolicyIT {
    /// Without admission by ServiceAccount: what that adds comes before, and is the same for both.
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withPrivateServer();

    private static final String OPERATOR_NAMESPACE = "oauth-token-store";

    static List<PodTable.Row> rows() {
        return PodTable.rows();
    }

    static List<PodTable.Refusal> refusals() {
        return PodTable.refusals();
    }

    static List<PodTable.Misplacement> misplacements() {
        return PodTable.misplacements();
    }

    @BeforeAll
    static void install() {
        define("argoproj.io", "v1alpha1", "Rollout");
        define("serving.knative.dev", "v1", "Service");
        kubernetes.apply("""
                apiVersion: v1
                kind: Namespace
                metadata: {name: %s}
                """.formatted(OPERATOR_NAMESPACE));
        kubernetes.apply(Path.of("../deploy/operator/injection.yaml"));
        var first = rows().stream()
                .filter(row -> row.toString().equals("pod.yaml"))
                .findFirst()
                .orElseThrow();
        await().atMost(Duration.ofSeconds(30))
                .until(() -> specOf(PodTable.pods(first.before()).getFirst()).containsKey("initContainers"));
        await().atMost(Duration.ofSeconds(30)).until(InjectionPolicyIT::refuses);
        var misplaced = PodTable.text(misplacements().getFirst().resource());
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !warningsOfCreating(misplaced).isEmpty());
    }

    private static void define(String group, String version, String kind) {
        var plural = kind.toLowerCase(Locale.ROOT) + "s";
        kubernetes.apply("""
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: %1$s.%2$s}
                spec:
                  group: %2$s
                  scope: Namespaced
                  names: {kind: %3$s, plural: %1$s}
                  versions:
                  - name: %4$s
                    served: true
                    storage: true
                    schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}
                """.formatted(plural, group, kind, version));
    }

    private static boolean refuses() {
        try {
            specOf(PodTable.pods(refusals().getFirst().pod()).getFirst());
            return false;
        } catch (KubernetesClientException e) {
            return String.valueOf(e.getMessage()).contains("oauth-token-store-annotations");
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void makesThePodThatTheCommandMakes(PodTable.Row row) {
        var before = PodTable.pods(row.before());
        var after = PodTable.pods(row.after());

        assertThat(before).isNotEmpty().hasSameSizeAs(after);
        for (var i = 0; i < before.size(); i++) {
            assertThat(specOf(before.get(i))).isEqualTo(specOf(after.get(i)));
        }
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refusesWithTheSameSentence(PodTable.Refusal refusal) {
        var pod = PodTable.pods(refusal.pod()).getFirst();

        assertThatExceptionOfType(KubernetesClientException.class)
                .isThrownBy(() -> specOf(pod))
                .withMessageContaining("oauth-token-store-annotations-of-pods")
                .withMessageContaining(refusal.sentence());
    }

    @ParameterizedTest
    @MethodSource("misplacements")
    void warnsOfAnAnnotationWithoutEffectWithTheSameSentence(PodTable.Misplacement misplacement) {
        assertThat(warningsOfCreating(PodTable.text(misplacement.resource())))
                .singleElement()
                .asString()
                .contains("oauth-token-store-misplaced")
                .contains(misplacement.sentence());
    }

    /// A quota on limits refuses containers without that limit; the quota controller, which is not there, would set the
    /// status.
    @Test
    void fitsIntoAQuotaOnLimitsByAnnotation() {
        var namespace = kubernetes.newNamespace();
        var hard = Map.of("limits.cpu", new Quantity("4"), "limits.memory", new Quantity("4Gi"));
        var quota = new ResourceQuotaBuilder()
                .withNewMetadata()
                .withName("limits")
                .withNamespace(namespace)
                .endMetadata()
                .withNewSpec()
                .withHard(hard)
                .endSpec()
                .withNewStatus()
                .withHard(hard)
                .withUsed(Map.of("limits.cpu", new Quantity("0"), "limits.memory", new Quantity("0")))
                .endStatus()
                .build();
        kubernetes.admin().resource(quota).create();
        kubernetes.admin().resource(quota).updateStatus();
        var pod = """
                apiVersion: v1
                kind: Pod
                metadata: {generateName: app-, annotations: {tokenstore.dev/store: crm%s}}
                spec:
                  serviceAccountName: crm-worker
                  automountServiceAccountToken: false
                  containers: [{name: app, image: example/app, resources: {limits: {cpu: 1, memory: 1Gi}}}]
                """;

        await().atMost(Duration.ofSeconds(30))
                .ignoreExceptionsInstanceOf(AssertionError.class)
                .untilAsserted(() -> assertThatExceptionOfType(KubernetesClientException.class)
                        .isThrownBy(() -> create(pod.formatted(""), namespace))
                        .withMessageContaining("must specify limits.cpu for: tokenstore"));
        create(pod.formatted(", tokenstore.dev/cpu-limit: 500m"), namespace);
    }

    @Test
    void getsTheDefaultLimitOfTheNamespace() {
        var namespace = kubernetes.newNamespace();
        kubernetes.apply("""
                apiVersion: v1
                kind: LimitRange
                metadata: {name: defaults, namespace: %s}
                spec: {limits: [{type: Container, default: {cpu: 300m, memory: 1Gi}}]}
                """.formatted(namespace));
        var pod = """
                apiVersion: v1
                kind: Pod
                metadata: {generateName: app-, annotations: {tokenstore.dev/store: crm}}
                spec:
                  serviceAccountName: crm-worker
                  automountServiceAccountToken: false
                  containers: [{name: app, image: example/app}]
                """;

        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(create(pod, namespace)
                                .getSpec()
                                .getInitContainers()
                                .getFirst()
                                .getResources()
                                .getLimits())
                        .containsEntry("cpu", new Quantity("300m"))
                        .containsEntry("memory", new Quantity("192Mi")));
    }

    private static Pod create(String pod, String namespace) {
        return (Pod) kubernetes.admin().resource(pod).inNamespace(namespace).create();
    }

    @Test
    void warnsWhereEveryContainerHasTheAccount() {
        assertThat(warningsOfCreating("""
                apiVersion: v1
                kind: Pod
                metadata: {name: app, annotations: {tokenstore.dev/store: crm}}
                spec: {serviceAccountName: crm-worker, containers: [{name: app, image: example/app}]}
                """))
                .singleElement()
                .asString()
                .contains("every container of the pod gets the service account's token");
        assertThat(warningsOfCreating("""
                apiVersion: v1
                kind: Pod
                metadata: {name: app, annotations: {tokenstore.dev/store: crm}}
                spec:
                  serviceAccountName: crm-worker
                  automountServiceAccountToken: false
                  containers: [{name: app, image: example/app}]
                """)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"apps/v1,Deployment", "apps/v1,StatefulSet", "apps/v1,DaemonSet", "batch/v1,Job", "batch/v1,CronJob"})
    void warnsOfWhatWouldMakePodsThatAreRefused(String apiVersion, String kind) {
        var template = """
                {metadata: {labels: {app: app}, annotations: {tokenstore.dev/store: crm, tokenstore.dev/containers: ap}},
                spec: {restartPolicy: %s, automountServiceAccountToken: false,
                containers: [{name: app, image: example/app}]}}
                """.formatted(apiVersion.equals("batch/v1") ? "Never" : "Always");
        var spec = switch (kind) {
            case "Job" -> "{template: %s}";
            case "CronJob" -> "{schedule: '0 5 * * *', jobTemplate: {spec: {template: %s}}}";
            default -> "{selector: {matchLabels: {app: app}}, template: %s}";
        };

        assertThat(warningsOfCreating("""
                apiVersion: %s
                kind: %s
                metadata: {name: app}
                spec: %s
                """.formatted(apiVersion, kind, spec.formatted(template))))
                .singleElement()
                .asString()
                .contains("and the pod has no such container; it has app");
    }

    /// What the API server warns of when it is asked, as a dry run, to create a resource.
    private static List<String> warningsOfCreating(String yaml) {
        var warnings = new CopyOnWriteArrayList<String>();
        var listening = new Interceptor() {
            @Override
            public void after(
                    HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
                warnings.addAll(response.headers("Warning"));
            }
        };
        try (var client = new KubernetesClientBuilder()
                .withConfig(kubernetes.config())
                .withHttpClientBuilderConsumer(builder -> builder.addOrReplaceInterceptor("warnings", listening))
                .build()) {
            client.resource(yaml).inNamespace(kubernetes.namespace()).dryRun().create();
        }
        return List.copyOf(warnings);
    }

    /// What the API server would store.
    private static Map<String, Object> specOf(PodTable.Pod pod) {
        var resource = new GenericKubernetesResource();
        resource.setApiVersion("v1");
        resource.setKind("Pod");
        resource.setMetadata(new ObjectMetaBuilder()
                .withName("pod")
                .withNamespace(pod.namespace().equals(OPERATOR_NAMESPACE) ? OPERATOR_NAMESPACE : kubernetes.namespace())
                .withAnnotations(annotationsOf(pod))
                .build());
        resource.setAdditionalProperty("spec", pod.spec());
        return kubernetes.admin().resource(resource).dryRun().create().get("spec");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, String> annotationsOf(PodTable.Pod pod) {
        return (Map<String, String>) pod.metadata().getOrDefault("annotations", Map.of());
    }
}
