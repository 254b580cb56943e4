package dev.tokenstore.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.cli.output.ExitCode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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
