package dev.tokenstore.sidecar;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/// Runs the sidecar's command line up to the moment at which the sidecar would start.
final class CommandLineUnderTest {
    private static final String PROGRAM = "tokenstore-sidecar: ";
    private static final String HINT = " (tokenstore-sidecar --help lists all options)";

    private CommandLineUnderTest() {}

    /// A refusal as the user reads it.
    static final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1;

        Refused(String message) {
            super(message);
        }
    }

    /// @throws Refused with the sentence that the user reads
    static SidecarConfig config(Map<String, String> environment, String... arguments) {
        var config = new AtomicReference<SidecarConfig>();
        var err = new StringWriter();
        var code = SidecarCommand.commandLine(environment, read -> {
                    config.set(read);
                    return 0;
                })
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
        if (code == 0) {
            return config.get();
        }
        var sentence = err.toString().strip();
        if (code != 2 || sentence.lines().count() != 1 || !sentence.startsWith(PROGRAM) || !sentence.endsWith(HINT)) {
            throw new AssertionError("exit code " + code + " and no refusal of one sentence: " + sentence);
        }
        throw new Refused(sentence.substring(PROGRAM.length(), sentence.length() - HINT.length()));
    }
}
