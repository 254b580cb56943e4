package dev.tokenstore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.cli.output.ExitCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `tokenstore inject`, to the letter. [InjectionPolicyIT] holds the same table against the policy.
class InjectTest {
    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: app, annotations: {tokenstore.dev/store: crm}}
            spec: {automountServiceAccountToken: false, containers: [{name: app, image: example/app}]}
            """;

    @TempDir
    private Path folder;

    static List<PodTable.Row> rows() {
        return PodTable.rows();
    }

    static List<PodTable.Refusal> refusals() {
        return PodTable.refusals();
    }

    static List<PodTable.Misplacement> misplacements() {
        return PodTable.misplacements();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void printsTheManifestsWithTheSidecar(PodTable.Row row) {
        assertThat(inject(row.before()).endsWith(ExitCode.OK).out()).isEqualTo(PodTable.text(row.after()));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void changesNothingTheSecondTime(PodTable.Row row) {
        assertThat(inject(row.after()).endsWith(ExitCode.OK).out()).isEqualTo(PodTable.text(row.after()));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void refusesWithASentenceThatNamesTheResource(PodTable.Refusal refusal) {
        var refused = inject(refusal.pod()).endsWith(ExitCode.FAILED);

        assertThat(refused.err()).startsWith("tokenstore: Pod crm-app: " + refusal.sentence());
        assertThat(refused.out()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("misplacements")
    void warnsOfAnAnnotationWithoutEffect(PodTable.Misplacement misplacement) {
        var printed = inject(misplacement.resource()).endsWith(ExitCode.OK);

        assertThat(printed.err()).contains("tokenstore: warning: " + misplacement.sentence() + "\n");
        assertThat(printed.out()).isEqualTo(PodTable.text(misplacement.resource()));
    }

    @ParameterizedTest
    @MethodSource("misplacements")
    void failsOfItIfStrict(PodTable.Misplacement misplacement) {
        var refused = inject(misplacement.resource().toString(), "--strict").endsWith(ExitCode.FAILED);

        assertThat(refused.err())
                .contains("tokenstore: warning: " + misplacement.sentence() + "\n")
                .contains("tokenstore: an annotation has no effect");
        assertThat(refused.out()).isEmpty();
    }

    /// Places that no policy can select. Beside each is a pod that is injected, as in a file of several.
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {kind: ConfigMap, metadata: {name: a, annotations: {tokenstore.dev/store: crm}}}                     | ConfigMap a: annotation tokenstore.dev/store is at metadata.annotations, and the command knows no pod template
            {kind: Namespace, metadata: {name: a, annotations: {tokenstore.dev/store: crm}}}                     | Namespace a: annotation tokenstore.dev/store is at metadata.annotations, and the command knows no pod template
            {kind: Service, apiVersion: v1, metadata: {name: a, annotations: {tokenstore.dev/store: crm}}}       | Service a: annotation tokenstore.dev/store is at metadata.annotations, and the command knows no pod template
            {kind: Secret, metadata: {name: a, annotations: {tokenstore.dev/store: crm}}}                        | Secret a: annotation tokenstore.dev/store is at metadata.annotations, and the command knows no pod template
            {kind: Kafka, metadata: {name: a, namespace: b}, spec: {kafka: {template: {pod: {metadata: {annotations: {tokenstore.dev/store: crm}}}}}}} | Kafka b/a: annotation tokenstore.dev/store is at spec.kafka.template.pod.metadata.annotations, and the command knows no pod template
            {kind: HelmRelease, metadata: {name: a}, spec: {values: {podAnnotations: {tokenstore.dev/store: crm}}}} | HelmRelease a: annotation tokenstore.dev/store is at spec.values.podAnnotations, and the command knows no pod template
            {kind: TFJob, metadata: {name: a}, spec: {replicas: [{template: {metadata: {annotations: {tokenstore.dev/store: crm}}}}]}} | TFJob a: annotation tokenstore.dev/store is at spec.replicas[0].template.metadata.annotations, and the command knows no pod template
            {kind: Deployment, metadata: {name: a}, spec: {template: {annotations: {tokenstore.dev/store: crm}}}} | Deployment a: annotation tokenstore.dev/store is at spec.template.annotations, where it has no effect; move it to spec.template.metadata.annotations
            {kind: Deployment, metadata: {name: a}, spec: {annotations: {<<: {tokenstore.dev/store: crm}}}}      | Deployment a: annotation tokenstore.dev/store is at spec.annotations, where it has no effect
            {kind: LeaderWorkerSet, apiVersion: leaderworkerset.x-k8s.io/v1, metadata: {name: a, annotations: {tokenstore.dev/store: crm}}} | LeaderWorkerSet a: annotation tokenstore.dev/store is at metadata.annotations, where it has no effect; move it to spec.leaderWorkerTemplate.leaderTemplate.metadata.annotations or spec.leaderWorkerTemplate.workerTemplate.metadata.annotations
            {kind: Job, apiVersion: batch.volcano.sh/v1alpha1, metadata: {name: a, annotations: {tokenstore.dev/store: crm}}} | Job a: annotation tokenstore.dev/store is at metadata.annotations, where it has no effect; move it to spec.tasks[].template.metadata.annotations
            {kind: List, metadata: {annotations: {tokenstore.dev/store: crm}}, items: []}                        | List without a name: annotation tokenstore.dev/store is at metadata.annotations, and the command knows no pod template
            {kind: List, items: [{kind: ConfigMap, metadata: {name: a, annotations: {tokenstore.dev/store: crm}}}]} | ConfigMap a: annotation tokenstore.dev/store is at metadata.annotations, and the command knows no pod template
            {podAnnotations: {tokenstore.dev/store: crm}}                                                        | a document without a kind: annotation tokenstore.dev/store is at podAnnotations, and the command knows no pod template
            """)
    void warnsWhereverTheAnnotationIs(String resource, String sentence) throws IOException {
        var manifests = file(POD + "---\n" + resource + "\n");

        var printed = inject(manifests).endsWith(ExitCode.OK);

        assertThat(printed.err().lines()).singleElement().asString().startsWith("tokenstore: warning: " + sentence);
        assertThat(printed.out()).contains("--store=crm").endsWith("---\n" + resource + "\n");
        assertThat(inject(manifests.toString(), "--strict")
                        .endsWith(ExitCode.FAILED)
                        .out())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{kind: Secret, metadata: {name: a, labels: {tokenstore.dev/store: crm}, annotations: {tokenstore.dev/keep: 'true'}}}",
                "{kind: OAuthTokenStore, metadata: {name: a, annotations: {tokenstore.dev/confirm-cleanup: '7'}}}",
                "{kind: NetworkPolicy, metadata: {name: a}, spec: {podSelector: {matchLabels: {tokenstore.dev/store: crm}}}}",
                "{kind: Service, metadata: {name: a}, spec: {selector: {tokenstore.dev/store: crm}}}",
                "{kind: IpAddressList, metadata: {name: a}, items: [127.0.0.1]}",
                "&a {kind: Odd, metadata: {name: a}, spec: *a}",
            })
    void doesNotWarnOfWhatIsNoAnnotationOfAPod(String resource) throws IOException {
        var printed = inject(file(POD + "---\n" + resource + "\n").toString(), "--strict")
                .endsWith(ExitCode.OK);

        assertThat(printed.err()).isEmpty();
        assertThat(printed.out()).contains("--store=crm").endsWith("---\n" + resource + "\n");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            v1                          | ReplicationController | {template: %s}                                                        | 1
            apps/v1                     | ReplicaSet            | {template: %s}                                                        | 1
            apps.openshift.io/v1        | DeploymentConfig      | {template: %s}                                                        | 1
            apps.kruise.io/v1alpha1     | CloneSet              | {template: %s}                                                        | 1
            apps.kruise.io/v1beta1      | StatefulSet           | {template: %s}                                                        | 1
            serving.knative.dev/v1      | Configuration         | {template: %s}                                                        | 1
            keda.sh/v1alpha1            | ScaledJob             | {jobTargetRef: {template: %s}}                                        | 1
            batch.volcano.sh/v1alpha1   | Job                   | {tasks: [{template: %s}, {template: %1$s}]}                           | 2
            jobset.x-k8s.io/v1alpha2    | JobSet                | {replicatedJobs: [{template: {spec: {template: %s}}}]}                | 1
            leaderworkerset.x-k8s.io/v1 | LeaderWorkerSet       | {leaderWorkerTemplate: {leaderTemplate: %s, workerTemplate: %1$s}}    | 2
            """)
    void knowsWhereKindsHaveTheirPods(String version, String kind, String spec, int pods) throws IOException {
        var template =
                "{metadata: {annotations: {tokenstore.dev/store: crm}}, spec: {automountServiceAccountToken: false,"
                        + " containers: [{name: app, image: example/app}]}}";

        var printed = inject(
                        file("{apiVersion: %s, kind: %s, metadata: {name: a}, spec: %s}\n"
                                        .formatted(
                                                version,
                                                kind,
                                                spec.replace("%s", template).replace("%1$s", template)))
                                .toString(),
                        "--strict")
                .endsWith(ExitCode.OK);

        assertThat(printed.err()).isEmpty();
        assertThat(printed.out().split("--store=crm", -1)).hasSize(pods + 1);
    }

    @Test
    void takesTheUserAndResources() throws IOException {
        var pod = file(POD);

        assertThat(sidecarOf(inject(pod))).contains("runAsUser=65532", "runAsGroup=65532");
        assertThat(sidecarOf(inject(pod.toString(), "--run-as-user", "1000660000")))
                .contains("runAsUser=1000660000", "runAsGroup=1000660000");
        assertThat(sidecarOf(inject(pod.toString(), "--run-as-user", "none")))
                .contains("runAsNonRoot=true")
                .doesNotContain("runAsUser", "runAsGroup");
        assertThat(sidecarOf(inject(
                        pod.toString(),
                        "--cpu-request",
                        "none",
                        "--memory-request",
                        "none",
                        "--cpu-limit",
                        "500m",
                        "--memory-limit",
                        "256Mi")))
                .contains("resources={requests={}, limits={cpu=500m, memory=256Mi}}");
        assertThat(sidecarOf(inject(
                        file(POD.replace("crm}", "crm, tokenstore.dev/cpu-limit: '2'}"))
                                .toString(),
                        "--cpu-limit",
                        "500m")))
                .contains("limits={cpu=2, memory=192Mi}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --run-as-user  | 0    | --run-as-user "0" is no user id above 0
            --run-as-user  | 2147483648 | --run-as-user "2147483648" is no user id
            --run-as-user  | app  | --run-as-user "app" is no user id above 0
            --memory-limit | much | --memory-limit "much" is no quantity
            --cpu-request  | ''   | --cpu-request "" is no quantity
            """)
    void refusesOptionsThatNoPodCanHave(String option, String value, String sentence) throws IOException {
        assertThat(inject(file(POD).toString(), option, value)
                        .endsWith(ExitCode.USAGE)
                        .err())
                .contains(sentence);
    }

    private String sidecarOf(Command injected) throws IOException {
        var spec = PodTable.pods(file(injected.endsWith(ExitCode.OK).out()))
                .getFirst()
                .spec();
        return ((List<?>) Objects.requireNonNull(spec.get("initContainers")))
                .getFirst()
                .toString();
    }

    @Test
    void readsTheStandardInput() {
        var before = System.in;
        System.setIn(new ByteArrayInputStream(POD.getBytes(StandardCharsets.UTF_8)));
        try {
            assertThat(inject("-").endsWith(ExitCode.OK).out()).contains("--store=crm");
        } finally {
            System.setIn(before);
        }
    }

    @Test
    void takesTheImageAndWhenToPullIt() throws IOException {
        assertThat(inject(
                                file(POD).toString(),
                                "--image",
                                "registry.example/sidecar@sha256:0",
                                "--image-pull-policy",
                                "Never")
                        .endsWith(ExitCode.OK)
                        .out())
                .contains("image: 'registry.example/sidecar@sha256:0', imagePullPolicy: Never");
        assertThat(inject(file(POD).toString(), "--image", "a: b")
                        .endsWith(ExitCode.USAGE)
                        .err())
                .contains("--image \"a: b\" is not the name of an image");
    }

    @Test
    void keepsWhatAMergedMappingSays() throws IOException {
        var injected = inject(file("""
                apiVersion: v1
                kind: Pod
                metadata: {name: app, annotations: {tokenstore.dev/store: crm}}
                spec:
                  automountServiceAccountToken: false
                  containers:
                  - &base
                    name: app
                    image: example/app
                    env: [{name: STAGE, value: test}]
                  - <<: *base
                    name: other
                """)).endsWith(ExitCode.OK).out();

        assertThat(PodTable.pods(file(injected)).getFirst().spec().get("containers"))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .hasSize(2)
                .allSatisfy(container -> assertThat(container.toString())
                        .containsOnlyOnce("TOKENSTORE_ADDRESS")
                        .containsOnlyOnce("STAGE"));
    }

    @Test
    void warnsWhereEveryContainerHasTheAccount() throws IOException {
        assertThat(inject(file(POD)).err()).isEmpty();
        assertThat(inject(file(POD.replace("automountServiceAccountToken: false, ", "")))
                        .err())
                .contains("warning: Pod app: every container of the pod gets the service account's token");
    }

    @Test
    void warnsWhereNoPodAsks() throws IOException {
        var unasked = POD.replace("annotations", "labels");

        var printed = inject(file(unasked)).endsWith(ExitCode.OK);

        assertThat(printed.out()).isEqualTo(unasked);
        assertThat(printed.err()).contains("no pod has the annotation tokenstore.dev/store; nothing was changed");
    }

    @Test
    void leavesPodsOfTheOperatorsNamespaceAloneWhereverThatIs() throws IOException {
        var beside = file(POD.replace("{name: app, annotations", "{name: app, namespace: platform, annotations"));

        assertThat(inject(beside).out()).contains("--store=crm");
        assertThat(inject(beside.toString(), "--operator-namespace", "platform").out())
                .doesNotContain("--store=crm");
        assertThat(inject(beside.toString(), "--operator-namespace", "platform", "--strict")
                        .endsWith(ExitCode.FAILED)
                        .err())
                .contains("warning: Pod platform/app is left alone");
    }

    @Test
    void saysWhatItCannotRead() throws IOException {
        assertThat(inject(folder.resolve("nothing")).endsWith(ExitCode.FAILED).err())
                .contains("name a file that is there");
        assertThat(inject(file("a: b: c")).endsWith(ExitCode.FAILED).err()).contains("no YAML: ", "in line 1");
        assertThat(inject(file(POD.replace("store: crm", "store: 1")))
                        .endsWith(ExitCode.FAILED)
                        .err())
                .contains("Pod app: annotation tokenstore.dev/store is no text; put its value in quotes");
    }

    private Path file(String manifests) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "manifests", ".yaml"), manifests);
    }

    private static Command inject(Path file) {
        return inject(file.toString());
    }

    private static Command inject(String file, String... options) {
        return Command.run(List.of(options), "inject", "-f", file);
    }
}
