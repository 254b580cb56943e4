package dev.tokenstore.testbed;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The Python client's own tests, with the real SDK and the example app.
class PythonClientIT {
    private static final String NAME = "Python client";
    private static final Pattern COUNTS = Pattern.compile("^=+ .*\\b(passed|failed|skipped|error)");
    private static final Pattern PASSED = Pattern.compile("\\b([0-9]+) passed");

    @Test
    void theClientsTestsPass() {
        ClientSuite.require(
                NAME,
                "install Python 3.9 or newer with its module venv (Debian: python3-venv)",
                "python3",
                "-c",
                "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 9))");
        try (var testbed = Testbed.start(Path.of("target/logs/python-sidecars"), System.out::println)) {
            var environment = Map.of("TESTBED_URL", testbed.url(), "PYTHONDONTWRITEBYTECODE", "1");
            var suite = new ClientSuite(NAME, Path.of("../python"), environment);
            var venv = Path.of("target/python").toAbsolutePath();
            var python = venv.resolve("bin/python").toString();

            suite.run("python3", "-m", "venv", "--clear", venv.toString());
            suite.run(python, "-m", "pip", "install", "--disable-pip-version-check", "-r", "requirements-test.txt");
            suite.run(python, "-m", "pip", "install", "--disable-pip-version-check", "--no-deps", "-e", ".");
            suite.runTests(COUNTS, PASSED, python, "-m", "pytest", "-p", "no:cacheprovider", "-ra");
        }
    }
}
