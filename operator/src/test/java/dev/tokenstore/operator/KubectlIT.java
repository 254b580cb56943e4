package dev.tokenstore.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.testing.KubernetesForTests;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What people see of a store with `kubectl`.
class KubectlIT {
    private static final int TERMINAL_WIDTH = 120;

    @RegisterExtension
    static final KubernetesForTests kubernetes =
            KubernetesForTests.create().withPrivateServer().withTokenStores();

    @Test
    void aListFitsATerminalAndADescriptionSaysWhatIsWrongAndWhatToDo() throws Exception {
        try (var operator = OperatorUnderTest.start(kubernetes)) {
            var now = operator.clock.instant();
            IntStream.range(0, 12).forEach(i -> operator.create(TokenSecret.of("crm", "idle-" + i, now)));
            kubernetes
                    .admin()
                    .secrets()
                    .inNamespace(operator.namespace)
                    .resource(new SecretBuilder()
                            .withNewMetadata()
                            .withName("db-password")
                            .endMetadata()
                            .build())
                    .create();
            operator.clock.advance(Duration.ofHours(11));
            var later = operator.clock.instant();
            IntStream.range(0, 30).forEach(i -> operator.create(TokenSecret.of("crm", "used-" + i, later)));
            operator.createStore(
                    "crm", "{sessionTimeout: 12h, access: {serviceAccounts: [{name: crm-worker, namespace: sales}]}}");
            operator.createStore("customer-relationship-management", "{maxTokenAge: 2160h}");
            operator.awaitReady("customer-relationship-management");
            operator.awaitReady("crm");
            operator.advance(Duration.ofHours(3), "crm");
            operator.awaitEvent("CleanupHeld");

            var list = kubectl("get", "ots", "-n", operator.namespace);
            assertThat(list.lines())
                    .hasSize(3)
                    .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(TERMINAL_WIDTH));
            assertThat(list.lines().findFirst().orElseThrow().split("\\s{2,}"))
                    .containsExactly("NAME", "READY", "TOKENS", "VALID", "CLEANUP", "NEXT CLEANUP", "AGE");

            var description = kubectl("describe", "ots", "crm", "-n", operator.namespace);
            assertThat(description)
                    .contains("Held")
                    .contains("annotate ots crm --overwrite tokenstore.dev/confirm-cleanup=")
                    .contains("SecondStore")
                    .contains("CleanupHeld")
                    .contains("AccessGranted")
                    .doesNotContain("idle-0");
            System.out.println(list);
            System.out.println(description);
        }
    }

    private static String kubectl(String... arguments) throws IOException, InterruptedException {
        var command = new ArrayList<>(List.of(
                kubernetes.server().kubectl().toString(),
                "--kubeconfig",
                kubernetes.kubeconfigFile().toString()));
        command.addAll(List.of(arguments));
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }
}
