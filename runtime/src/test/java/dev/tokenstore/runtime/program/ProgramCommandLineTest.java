package dev.tokenstore.runtime.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class ProgramCommandLineTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Map<String, String> environment = new HashMap<>();
    private final Program program = new Program();

    @Command(name = "example", mixinStandardHelpOptions = true, versionProvider = ProgramVersion.class)
    private static final class Program implements Runnable {
        @Option(names = "--wait")
        private Duration wait = Duration.ZERO;

        @Option(names = "--level")
        private ProgramLog.Level level = ProgramLog.Level.INFO;

        @Override
        public void run() {}
    }

    @Test
    void readsGoDurations() {
        assertThat(run("--wait", "1h30m")).isZero();
        assertThat(program.wait).isEqualTo(Duration.ofMinutes(90));
    }

    @Test
    void refusesAWrongOptionInOneSentence() {
        assertThat(run("--wait", "soon")).isEqualTo(2);
        assertThat(err.toString())
                .startsWith("example: ")
                .contains("--wait is malformed: \"soon\"; give a Go duration, a number with a unit")
                .endsWith(" (example --help lists all options)" + System.lineSeparator())
                .hasLineCount(1);
    }

    @Test
    void printsNameAndVersion() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString().trim()).isEqualTo("example (not built as a jar)");
    }

    @Test
    void anOptionCanBeGivenAsAVariableAndTheOptionWins() {
        environment.put("TOKENSTORE_WAIT", "5s");

        assertThat(run()).isZero();
        assertThat(program.wait).isEqualTo(Duration.ofSeconds(5));

        assertThat(run("--wait=6s")).isZero();
        assertThat(program.wait).isEqualTo(Duration.ofSeconds(6));
    }

    @Test
    void anEmptyVariableCountsAsUnset() {
        environment.put("TOKENSTORE_WAIT", "");

        assertThat(run()).isZero();
        assertThat(program.wait).isEqualTo(Duration.ZERO);
    }

    @Test
    void namesAMalformedVariableAndAnEnumerationsValues() {
        environment.put("TOKENSTORE_LEVEL", "loud");

        assertThat(run()).isEqualTo(2);
        assertThat(err.toString())
                .startsWith("example: TOKENSTORE_LEVEL is malformed: \"loud\"; give error, warn, info or debug");
    }

    private int run(String... arguments) {
        return ProgramCommandLine.of(program, environment)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
