package dev.tokenstore.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonParseException;
import dev.tokenstore.runtime.program.ProgramCommandLine;
import dev.tokenstore.runtime.program.ProgramLog;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.OperatorException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class OperatorMainTest {
    private final OperatorMain main = new OperatorMain();
    private final StringWriter err = new StringWriter();
    private final StringWriter out = new StringWriter();
    private final CommandLine commandLine =
            ProgramCommandLine.of(main).setErr(new PrintWriter(err)).setOut(new PrintWriter(out));

    @Test
    void watchesAllNamespacesUnlessToldOtherwise() {
        commandLine.parseArgs();

        assertThat(main.config())
                .isEqualTo(
                        new OperatorConfig(Set.of(), Optional.of("oauth-token-store"), 8080, ProgramLog.Format.TEXT));
    }

    @Test
    void takesSeveralNamespaces() {
        commandLine.parseArgs("--namespace", "a,b", "--namespace=c", "--port=9000", "--log-format=json");

        assertThat(main.config())
                .isEqualTo(new OperatorConfig(
                        Set.of("a", "b", "c"), Optional.of("oauth-token-store"), 9000, ProgramLog.Format.JSON));
    }

    @Test
    void canRunAlone() {
        commandLine.parseArgs("--no-leader-election");

        assertThat(main.config().leaseNamespace()).isEmpty();
    }

    @Test
    void namesTheSettingThatIsWrong() {
        assertRefused("--port=http", "--port", "http");
        assertRefused("--port=70000", "--port", "70000");
        assertRefused("--log-format=xml", "--log-format", "xml");
        assertRefused("--namespace=Crm", "--namespace", "Crm");
        assertRefused("--lease-namespace=Crm", "--lease-namespace", "Crm");
        assertRefused("--replicas=2", "--replicas");
    }

    @Test
    void helpTellsTheSettingsAndExitCodes() {
        assertThat(commandLine.execute("--help")).isZero();

        assertThat(out.toString()).contains("--namespace", "TOKENSTORE_NAMESPACES", "Exit codes");
    }

    @Test
    void anAnswerThatCannotBeParsedIsNotCalledOneThatCannotBeReached() {
        var answer = new OperatorException(
                "cannot list the stores",
                new KubernetesClientException("failed", new JsonParseException(null, "Unexpected character")));

        assertThat(OperatorMain.reasonOf(answer, Config.empty()))
                .contains("could not be parsed", "Unexpected character")
                .doesNotContain("did not answer", "network");
    }

    private void assertRefused(String argument, String... said) {
        assertThat(commandLine.execute(argument)).isEqualTo(2);
        assertThat(err.toString()).contains(said);
    }
}
