package dev.tokenstore.benchmarks;

import dev.tokenstore.testing.process.Ports;
import dev.tokenstore.testing.process.Program;
import dev.tokenstore.testing.process.ProgramProcess;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;

/// The operator as the process that its container would hold: the shipped jar, arguments and JVM options, in as much
/// memory as the container has. It ends with this process, in whatever way this one ends.
final class OperatorProcess implements AutoCloseable {
    private static final Path JAR = Path.of("operator/target/operator.jar");

    private final ProgramProcess process;
    private final int port;
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(10))
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    private OperatorProcess(ProgramProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    /// @param home of the project
    /// @param folder for its log, which is kept
    static OperatorProcess start(Path home, ShippedDeployment shipped, Path kubeconfig, Path folder) {
        var port = Ports.free();
        var environment = new HashMap<>(shipped.environment());
        environment.put("KUBECONFIG", kubeconfig.toString());
        environment.put("TOKENSTORE_LEASE_NAMESPACE", shipped.namespace());
        environment.put("TOKENSTORE_PORT", Integer.toString(port));
        var program = new Program(
                "operator",
                home.resolve(JAR),
                List.of("-XX:MaxRAM=" + shipped.memoryLimit()),
                shipped.arguments(),
                environment);
        return new OperatorProcess(ProgramProcess.start(program, folder.resolve("operator.log")), port);
    }

    /// @throws ProgramException with the end of its log, if it has ended
    void requireAlive() {
        process.requireAlive();
    }

    ProcessSight sight() {
        return new ProcessSight(process.pid());
    }

    /// The sum of a meter of the operator's over all its labels.
    double meter(String name) {
        try {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                    .timeout(Duration.ofSeconds(20))
                    .build();
            return new MetricsPage(http.send(request, BodyHandlers.ofString()).body()).sum(name);
        } catch (IOException e) {
            requireAlive();
            throw new BenchmarkException("the operator's meters cannot be read: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchmarkException("interrupted", e);
        }
    }

    /// How much it has asked of the API server so far, the begin of each watch included.
    double requests() {
        return meter("tokenstore_api_requests_total");
    }

    @Override
    public void close() {
        http.close();
        process.close();
    }
}
