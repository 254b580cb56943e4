package dev.tokenstore.runtime.program;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class ProgramCommandLineTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Program program = new Program();

    @Command(name = "example", mixinStandardHelpOptions = true, versionProvider = ProgramVersion.class)
    private static final class Program implements Runnable {
        @Option(names = "--wait")
        private Duration wait = Duration.ZERO;

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
                .contains("\"soon\" is not a Go duration such as 12h or 1h30m")
                .endsWith(" (example --help lists all options)" + System.lineSeparator())
                .hasLineCount(1);
    }

    @Test
    void printsNameAndVersion() {
        assertThat(run("--version")).isZero();
        assertThat(out.toString().trim()).isEqualTo("example (not built as a jar)");
    }

    private int run(String... arguments) {
        return ProgramCommandLine.of(program)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
