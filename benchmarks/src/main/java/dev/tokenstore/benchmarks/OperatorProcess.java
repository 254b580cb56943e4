package dev.tokenstore.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// The operator as the process that its container would hold: the shipped jar, arguments and JVM options, in as much
/// memory as the container has. It ends with this process, in whatever way this one ends.
final class OperatorProcess implements AutoCloseable {
    private static final Path JAR = Path.of("operator/target/operator.jar");
    private static final Duration TIME_TO_STOP = Duration.ofSeconds(25);
    private static final int TAIL = 15;

    /// Runs a program until it ends, or until the standard input does.
    private static final String UNTIL_INPUT_ENDS = """
            exec 3<&0
            "$@" </dev/null 3<&- &
            program=$!
            echo "$program" >"$PID_FILE"
            (cat <&3 >/dev/null; kill "$program" 2>/dev/null) &
            wait "$program"
            """;

    private final Process shell;
    private final long pid;
    private final int port;
    private final Path log;
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(10))
            .version(HttpClient.Version.HTTP_1_1)
            .build();

    private OperatorProcess(Process shell, long pid, int port, Path log) {
        this.shell = shell;
        this.pid = pid;
        this.port = port;
        this.log = log;
    }

    /// @param home of the project
    /// @param folder for its log, which is kept
    static OperatorProcess start(Path home, ShippedDeployment shipped, Path kubeconfig, Path folder) {
        var jar = home.resolve(JAR);
        if (!Files.isRegularFile(jar)) {
            throw new BenchmarkException(jar + " is missing; build it with: mvn -DskipTests package");
        }
        var port = freePort();
        var command = new ArrayList<>(List.of("sh", "-c", UNTIL_INPUT_ENDS, "sh"));
        command.add(java().toString());
        command.add("-XX:MaxRAM=" + shipped.memoryLimit());
        command.addAll(List.of("-jar", jar.toString()));
        command.addAll(shipped.arguments());
        var log = folder.resolve("operator.log");
        var pidFile = folder.resolve("operator.pid");
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("TOKENSTORE_"));
        builder.environment().put("PID_FILE", pidFile.toString());
        builder.environment().put("KUBECONFIG", kubeconfig.toString());
        builder.environment().putAll(shipped.environment());
        builder.environment().put("TOKENSTORE_LEASE_NAMESPACE", shipped.namespace());
        builder.environment().put("TOKENSTORE_PORT", Integer.toString(port));
        try {
            Files.deleteIfExists(pidFile);
            var shell = builder.start();
            while (!Files.exists(pidFile) || Files.size(pidFile) == 0) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
            var pid = Long.parseLong(Files.readString(pidFile).strip());
            return new OperatorProcess(shell, pid, port, log);
        } catch (IOException e) {
            throw new BenchmarkException("the operator cannot be started: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchmarkException("interrupted", e);
        }
    }

    private static Path java() {
        return Path.of(System.getProperty("java.home"), "bin", "java");
    }

    private static int freePort() {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new BenchmarkException("no free port on loopback: " + e.getMessage(), e);
        }
    }

    /// @throws BenchmarkException with the end of its log, if it has ended
    void requireAlive() {
        if (!shell.isAlive()) {
            throw new BenchmarkException(
                    "the operator ended with exit code " + shell.exitValue() + "; its log ends:\n" + tail());
        }
    }

    private String tail() {
        try {
            var lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - TAIL), lines.size()));
        } catch (IOException e) {
            return "(" + log + " cannot be read)";
        }
    }

    ProcessSight sight() {
        return new ProcessSight(pid);
    }

    /// The sum of a meter of the operator's over all its labels.
    double meter(String name) {
        try {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                    .timeout(Duration.ofSeconds(20))
                    .build();
            return http.send(request, BodyHandlers.ofString())
                    .body()
                    .lines()
                    .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
                    .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                    .sum();
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
        try {
            shell.getOutputStream().close();
            if (shell.waitFor(TIME_TO_STOP.toSeconds(), TimeUnit.SECONDS)) {
                return;
            }
        } catch (IOException e) {
            // it had ended by itself
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        shell.descendants().forEach(ProcessHandle::destroyForcibly);
        shell.destroyForcibly();
    }
}
