package dev.tokenstore.testbed;

import dev.tokenstore.testing.server.KubernetesUnavailableException;
import java.io.IOException;
import java.nio.file.Files;

/// The testbed as a program, for whoever develops a client. Prints `TESTBED_URL=` and the URL once it is ready, and
/// ends with its standard input or when it is told to.
public final class TestbedMain {
    private static final int FAILED = 1;

    private TestbedMain() {}

    /// Run in the repository.
    public static void main(String... arguments) throws IOException {
        var logs = Files.createTempDirectory("testbed-logs-");
        try {
            var testbed = Testbed.start(logs, System.err::println);
            Runtime.getRuntime().addShutdownHook(new Thread(testbed::close));
            System.err.println("The sidecars' logs are in " + logs);
            System.out.println("TESTBED_URL=" + testbed.url());
            while (System.in.read() >= 0) {
                // until the end
            }
            System.exit(0);
        } catch (KubernetesUnavailableException | IllegalStateException e) {
            fail(String.valueOf(e.getMessage()));
        }
    }

    private static void fail(String sentence) {
        System.err.println("testbed: " + sentence);
        System.exit(FAILED);
    }
}
