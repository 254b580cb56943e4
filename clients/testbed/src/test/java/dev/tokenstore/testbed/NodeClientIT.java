package dev.tokenstore.testbed;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The Node client's own tests, with both real SDKs and the example apps.
class NodeClientIT {
    private static final String NAME = "Node client";
    private static final Pattern COUNTS = Pattern.compile("^\\S+ (tests|pass|fail|cancelled|skipped|todo) [0-9]+$");
    private static final Pattern PASSED = Pattern.compile(" pass ([0-9]+)");

    @Test
    void theClientsTestsPass() {
        ClientSuite.require(
                NAME,
                "install Node 20 or newer",
                "node",
                "-e",
                "process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)");
        ClientSuite.require(NAME, "install npm", "npm", "--version");
        try (var testbed = Testbed.start(Path.of("target/logs/node-sidecars"), System.out::println)) {
            var suite = new ClientSuite(NAME, Path.of("../node"), Map.of("TESTBED_URL", testbed.url()));
            suite.run("npm", "ci", "--no-fund", "--no-audit");
            suite.run("npm", "run", "build");
            suite.runTests(COUNTS, PASSED, "npm", "test");
        }
    }
}
