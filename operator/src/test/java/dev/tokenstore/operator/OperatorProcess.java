package dev.tokenstore.operator;

import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.process.Ports;
import dev.tokenstore.testing.process.Program;
import dev.tokenstore.testing.process.ProgramProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// The program as it ships, started as a process of its own.
final class OperatorProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern DELETED = Pattern.compile("deleted a token .*secret=\"([^\"]+)\"");
    private static final Path OUTPUT = Path.of("target/operator-processes");

    private final ProgramProcess process;
    private final int port;

    private OperatorProcess(ProgramProcess process, int port) {
        this.process = process;
        this.port = port;
    }

    static OperatorProcess start(Path kubeconfig, String namespace) {
        try {
            int port = Ports.free();
            var program = new Program(
                    "operator",
                    Path.of("target/operator.jar"),
                    List.of("-XX:+UseSerialGC"),
                    List.of("--namespace=" + namespace, "--port=" + port),
                    Map.of("KUBECONFIG", kubeconfig.toString()));
            Files.createDirectories(OUTPUT);
            var log = Files.createTempFile(OUTPUT, "operator-", ".txt");
            return new OperatorProcess(ProgramProcess.start(program, log), port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    OperatorProcess awaitLeading() {
        await().atMost(PATIENCE).until(() -> log().contains("this replica leads"));
        return this;
    }

    OperatorProcess awaitStarted() {
        await().atMost(PATIENCE).until(() -> log().contains("operator started"));
        return this;
    }

    /// The status code of an HTTP GET on the port of probes.
    int status(String path) {
        return get(path).statusCode();
    }

    /// The value of a meter without labels.
    double meter(String name) {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    private HttpResponse<String> get(String path) {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .build(),
                    BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The names of the Secrets that it says to have deleted.
    List<String> deleted() {
        return log().lines()
                .map(DELETED::matcher)
                .filter(line -> line.find())
                .map(line -> line.group(1))
                .toList();
    }

    void terminate() {
        process.terminate();
    }

    void kill() {
        process.kill();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    int exitCode() {
        return process.exitCode();
    }

    String log() {
        return process.log();
    }

    @Override
    public void close() {
        process.kill();
    }
}
