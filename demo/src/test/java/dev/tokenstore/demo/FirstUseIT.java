package dev.tokenstore.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tokenstore.testing.process.BoundedCommand;
import dev.tokenstore.testing.process.Ports;
import dev.tokenstore.testing.process.Program;
import dev.tokenstore.testing.process.ProgramProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The README's first use from Python, run as it stands there: with pip's grpcio, against the embedded sidecar.
class FirstUseIT {
    private static final Pattern PYTHON = Pattern.compile("```python\n(.*?)```", Pattern.DOTALL);
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @TempDir
    private Path folder;

    @Test
    void theReadmesPythonSavesAndFindsAToken() throws Exception {
        assumeTrue(run(Map.of(), "python3", "-m", "venv", "--help") == 0, "no python3 with venv on this machine");
        var python = folder.resolve("venv/bin/python");
        assertThat(run(Map.of(), "python3", "-m", "venv", folder.resolve("venv").toString()))
                .isZero();
        assertThat(run(
                        Map.of(),
                        python.toString(),
                        "-m",
                        "pip",
                        "install",
                        "-q",
                        "--disable-pip-version-check",
                        "grpcio",
                        "grpcio-tools"))
                .as("pip install grpcio grpcio-tools: " + output())
                .isZero();
        var readme = PYTHON.matcher(Files.readString(Path.of("../README.md")));
        assertThat(readme.find()).isTrue();
        var port = Ports.free();
        var firstUse = folder.resolve("first_use.py");
        Files.writeString(firstUse, readme.group(1).replace(":50051", ":" + port));
        var data = folder.resolve("data").toString();
        var jar = Path.of("../sidecar/target/sidecar.jar");
        var options = List.of("--embedded", data, "--tcp", Integer.toString(port));
        var program = new Program("sidecar", jar, Program.SMALL, options, Map.of());
        try (var sidecar = ProgramProcess.start(program, folder)) {
            new Terminal(System.out, false).await("the sidecar serves", Duration.ofSeconds(30), () -> {
                sidecar.requireAlive();
                return sidecar.hasLogged("TOKENSTORE_TCP_ADDRESS=127.0.0.1:" + port);
            });

            var exit = run(Map.of("PYTHONPATH", "../proto/src/main/protobuf"), python.toString(), firstUse.toString());

            assertThat(exit).as(output()).isZero();
            assertThat(output()).isEqualToIgnoringNewLines("saved and found: True");
        }
    }

    private int run(Map<String, String> environment, String... command) {
        try {
            var log = folder.resolve("output");
            return new BoundedCommand(List.of(command), Path.of("."), environment, log).run(PATIENCE);
        } catch (IOException e) {
            return -1; // there is no such program, or it does not end
        }
    }

    private String output() throws IOException {
        return Files.readString(folder.resolve("output"));
    }
}
