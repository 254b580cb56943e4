package dev.tokenstore.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `./quickstart --cluster`, with a kubectl and a Helm that write down what they are asked.
class QuickstartClusterTest {
    private static final Path QUICKSTART =
            Path.of("../quickstart").toAbsolutePath().normalize();
    private static final String KUBECTL = """
            #!/bin/sh
            echo "kubectl $*" >>"$CALLS"
            case "$*" in
              'config current-context') [ -n "$CONTEXT" ] && echo "$CONTEXT" ;;
              *'config view'*) echo https://cluster.example:6443 ;;
              *'get --raw /version') echo "{\\"major\\": \\"1\\", \\"gitVersion\\": \\"v$VERSION\\"}" ;;
              *'get deployments'*) printf '%s' "$INSTALLED" ;;
              *'apply --filename -') cat >>"$APPLIED" ;;
            esac
            """;
    private static final String HELM = """
            #!/bin/sh
            echo "helm $*" >>"$CALLS"
            exit "$HELM_EXIT"
            """;

    @TempDir
    private Path folder;

    private Path programs;
    private String context = "staging";
    private String version = "1.36.3";
    private String installed = "";
    private int helmExit;

    /// All that the script finds are these fakes and the few tools that it needs, whatever this machine has.
    @BeforeEach
    void prepare() throws IOException {
        programs = Files.createDirectory(folder.resolve("programs"));
        for (var tool : List.of("bash", "sh", "cat", "dirname", "sed")) {
            var real = Stream.of("/bin", "/usr/bin")
                    .map(directory -> Path.of(directory, tool))
                    .filter(Files::isExecutable)
                    .findFirst()
                    .orElseThrow();
            Files.createSymbolicLink(programs.resolve(tool), real);
        }
        install("kubectl", KUBECTL);
    }

    @Test
    void withHelmItInstallsTheChartIntoTheContextThatItNamed() throws Exception {
        install("helm", HELM);

        var run = quickstart("--image-registry", "registry.example/team", "--yes");

        assertThat(run.exit()).as(run.output()).isZero();
        assertThat(run.output())
                .contains("Context:     staging\n", "https://cluster.example:6443 (Kubernetes 1.36.3)")
                .contains("registry.example/team/oauth-token-store/operator,")
                .contains("helm test oauth-token-store --kube-context staging --namespace oauth-token-store\n");
        assertThat(calls().filter(call -> call.startsWith("helm")))
                .containsExactly("helm install oauth-token-store charts/oauth-token-store --kube-context staging"
                        + " --namespace oauth-token-store --create-namespace --wait --timeout 3m"
                        + " --set-string imageRegistry=registry.example/team");
        assertThat(writes()).isEmpty();
    }

    @Test
    void withoutHelmItAppliesTheManifestsWithTheImagesOfTheRegistry() throws Exception {
        var run = quickstart("--image-registry", "registry.example/team/", "--yes");

        assertThat(run.exit()).as(run.output()).isZero();
        assertThat(run.output()).doesNotContain("helm test");
        var manifests = new ArrayList<Path>();
        try (var crds = Files.list(Path.of("../deploy/crds"));
                var operator = Files.list(Path.of("../deploy/operator"))) {
            Stream.concat(crds, operator).forEach(manifests::add);
        }
        assertThat(writes())
                .hasSize(manifests.size() + 1)
                .allMatch(call -> call.startsWith("kubectl --context staging "))
                .last()
                .asString()
                .contains("rollout status deployment/oauth-token-store-operator");
        var applied = Files.readString(folder.resolve("applied"));
        assertThat(applied)
                .contains("image: registry.example/team/oauth-token-store/operator:")
                .contains("registry.example/team/oauth-token-store/sidecar:")
                .doesNotContain("image: oauth-token-store/");
        for (var manifest : manifests) {
            assertThat(applied.replace("registry.example/team/", "")).contains(Files.readString(manifest));
        }
        assertThat(applied.indexOf("kind: CustomResourceDefinition"))
                .isLessThan(applied.indexOf("kind: ValidatingAdmissionPolicy"));
        assertThat(applied.indexOf("kind: ValidatingAdmissionPolicy")).isLessThan(applied.indexOf("kind: Deployment"));
    }

    @Test
    void whereThePolicyApiIsMissingItLeavesInjectionOutAndSaysWhatToDo() throws Exception {
        version = "1.35.2";

        var run = quickstart("--image-registry", "registry.example/team", "--yes");

        assertThat(run.exit()).as(run.output()).isZero();
        assertThat(run.output()).contains("Left out: deploy/operator/injection.yaml", "use tokenstore inject");
        assertThat(Files.readString(folder.resolve("applied")))
                .contains("kind: Deployment")
                .doesNotContain("kind: MutatingAdmissionPolicy");
    }

    @Test
    void imagesOnTheNodesKeepTheirNames() throws Exception {
        var run = quickstart("--images-on-nodes", "--yes");

        assertThat(run.exit()).as(run.output()).isZero();
        assertThat(Files.readString(folder.resolve("applied"))).contains("image: oauth-token-store/operator:");
    }

    @Test
    void withoutATerminalItInstallsNothingUnlessTold() throws Exception {
        install("helm", HELM);

        var run = quickstart("--images-on-nodes");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.output()).contains("Context:     staging", "standard input is no terminal; add --yes");
        assertThatNothingWasWritten();
    }

    @Test
    void atATerminalItInstallsAfterAYesAlone() throws Exception {
        install("helm", HELM);
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/script")), "no script(1) on this machine to make a terminal");

        var no = atATerminal("\n");

        assertThat(no.exit()).as(no.output()).isEqualTo(1);
        assertThat(no.output()).contains("Install it into context staging? [y/N]", "nothing was installed");
        assertThatNothingWasWritten();

        var yes = atATerminal("y\n");

        assertThat(yes.exit()).as(yes.output()).isZero();
        assertThat(calls()).anyMatch(call -> call.startsWith("helm install"));
    }

    @Test
    void withoutImagesItSaysHowToGetThemAndAsksNoCluster() throws Exception {
        var run = quickstart("--yes");

        assertThat(run.exit()).isEqualTo(2);
        assertThat(run.output()).contains("mvn -Pimages", "--image-registry REGISTRY", "--images-on-nodes");
        assertThat(calls()).isEmpty();
    }

    @Test
    void whatIsInstalledIsLeftAlone() throws Exception {
        installed = "tokens-of-ours";

        var run = quickstart("--images-on-nodes", "--yes");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.output()).contains("installed there already, in namespace tokens-of-ours");
        assertThatNothingWasWritten();
    }

    @Test
    void aKubernetesThatIsTooOldIsRefused() throws Exception {
        version = "1.29.14+k3s1";

        var run = quickstart("--images-on-nodes", "--yes");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.output()).contains("context staging has Kubernetes 1.29.14+k3s1; 1.30 or newer is needed");
        assertThatNothingWasWritten();
    }

    @Test
    void withoutAContextThereIsNoCluster() throws Exception {
        context = "";

        var run = quickstart("--images-on-nodes", "--yes");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.output()).contains("kubectl has no current context");
        assertThatNothingWasWritten();
    }

    @Test
    void whatFailsIsSaidWithWhereToLook() throws Exception {
        install("helm", HELM);
        helmExit = 1;

        var run = quickstart("--images-on-nodes", "--yes");

        assertThat(run.exit()).isEqualTo(1);
        assertThat(run.output())
                .contains("the installation failed", "--context staging --namespace oauth-token-store get pods,events")
                .doesNotContain("Installed.");
    }

    private record Run(int exit, String output) {}

    private void install(String name, String script) throws IOException {
        var program = programs.resolve(name);
        Files.writeString(program, script);
        assertThat(program.toFile().setExecutable(true)).isTrue();
    }

    private Run quickstart(String... options) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(QUICKSTART.toString(), "--cluster"));
        command.addAll(List.of(options));
        return run(command, "");
    }

    private Run atATerminal(String input) throws IOException, InterruptedException {
        return run(List.of("/usr/bin/script", "-qec", QUICKSTART + " --cluster --images-on-nodes", "/dev/null"), input);
    }

    private Run run(List<String> command, String input) throws IOException, InterruptedException {
        var output = folder.resolve("output");
        var given = Files.writeString(folder.resolve("input"), input);
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(given.toFile())
                .redirectOutput(output.toFile());
        var environment = builder.environment();
        environment.put("PATH", programs.toString());
        environment.put("SHELL", "/bin/sh");
        environment.put("CALLS", folder.resolve("calls").toString());
        environment.put("APPLIED", folder.resolve("applied").toString());
        environment.put("CONTEXT", context);
        environment.put("VERSION", version);
        environment.put("INSTALLED", installed);
        environment.put("HELM_EXIT", Integer.toString(helmExit));
        var process = builder.start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("it ends").isTrue();
        return new Run(process.exitValue(), Files.readString(output).replace("\r\n", "\n"));
    }

    private Stream<String> calls() throws IOException {
        var calls = folder.resolve("calls");
        return Files.exists(calls) ? Files.readAllLines(calls).stream() : Stream.empty();
    }

    /// Calls of kubectl that change a cluster, or wait for a change.
    private List<String> writes() throws IOException {
        return calls().filter(call -> call.startsWith("kubectl"))
                .filter(call -> !call.matches("kubectl (--context \\S+ )?(--request-timeout \\S+ )?(config|get) .*"))
                .toList();
    }

    private void assertThatNothingWasWritten() throws IOException {
        assertThat(writes()).isEmpty();
        assertThat(calls()).noneMatch(call -> call.startsWith("helm"));
    }
}
