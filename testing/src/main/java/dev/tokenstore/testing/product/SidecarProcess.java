package dev.tokenstore.testing.product;

import dev.tokenstore.testing.Project;
import dev.tokenstore.testing.process.Http;
import dev.tokenstore.testing.process.Ports;
import dev.tokenstore.testing.process.Program;
import dev.tokenstore.testing.process.ProgramProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/// The sidecar as it ships, as a process.
public class SidecarProcess extends ProgramProcess {
    private static final Duration READY_WITHIN = Duration.ofMinutes(2);
    private static final int GREETING_MILLIS = 10_000;
    /// Where a module's tests keep the output of programs: `NoSecretInAnyOutputIT` searches it.
    public static final Path LOGS = Path.of("target/logs");

    private static final Pattern TCP = Pattern.compile("grpc=\"[^\"]*?([0-9.]+:[0-9]+)\"");
    private static final Pattern SOCKET = Pattern.compile("grpc=\"[^\"]*?(unix:[^ ,\"]+)");
    private static final Pattern METRICS = Pattern.compile("metrics=\"port ([0-9]+)\"");

    /// Starts it with these arguments alone.
    ///
    /// @param folder where its output goes
    protected SidecarProcess(Path folder, List<String> arguments) {
        this(folder, arguments, Map.of());
    }

    /// @param environment in addition to this process's
    /// @param folder where its output goes
    protected SidecarProcess(Path folder, List<String> arguments, Map<String, String> environment) {
        super(
                new Program(
                        "sidecar", Project.file("sidecar/target/sidecar.jar"), Program.SMALL, arguments, environment),
                folder);
    }

    /// Starts one that serves a store with all rights and writes its output to the module's logs; returns when it is
    /// ready.
    public static SidecarProcess ready(TestStore store) {
        return serving(store, store.kubeconfig(), LOGS).awaitReady();
    }

    /// Starts one that serves a store on loopback and on a Unix socket, at addresses that it has again after
    /// [#startAgain()]; returns when it listens there.
    ///
    /// @param kubeconfig of the account that it uses the store with
    /// @param folder where its output goes
    public static SidecarProcess serving(TestStore store, Path kubeconfig, Path folder) {
        var addresses = List.of(
                "--tcp", "127.0.0.1:" + Ports.free(), "--socket", newSocket().toString(), "--metrics", "0");
        var arguments = new ArrayList<>(store.options(kubeconfig));
        arguments.addAll(addresses);
        return new SidecarProcess(folder, arguments).awaitServing();
    }

    /// A Unix socket has room for some hundred characters.
    private static Path newSocket() {
        try {
            var folder = Files.createTempDirectory("sc");
            var socket = folder.resolve("s");
            folder.toFile().deleteOnExit();
            socket.toFile().deleteOnExit();
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns when it listens; whether it can use the store is another question: [#awaitReady()].
    public SidecarProcess awaitServing() {
        awaitLogged(" serving ");
        return this;
    }

    /// Returns when it listens and the store has answered.
    public SidecarProcess awaitReady() {
        awaitServing().await("is ready", READY_WITHIN, () -> isReady() && greets());
        return this;
    }

    /// Whether it sends the first frame of HTTP/2 to whoever connects. A JVM that has just started loads classes
    /// before, and clients with short timeouts give up meanwhile.
    private boolean greets() {
        var port = Integer.parseInt(address().substring(address().lastIndexOf(':') + 1));
        try (var connection = new Socket(InetAddress.getLoopbackAddress(), port)) {
            connection.setSoTimeout(GREETING_MILLIS);
            return connection.getInputStream().read() >= 0;
        } catch (IOException e) {
            return false;
        }
    }

    /// Whether the store has answered.
    public boolean isReady() {
        requireAlive();
        return get("/readyz").equals("ok\n");
    }

    /// The options that lead the command `tokenstore` to it.
    public List<String> options() {
        return List.of("--address", address());
    }

    /// Where it serves gRPC over TCP.
    public String address() {
        return logged(TCP);
    }

    /// Where it serves gRPC on a Unix socket.
    public String socketAddress() {
        return logged(SOCKET);
    }

    /// The body of an HTTP response on the port of metrics and probes.
    public String get(String path) {
        return Http.get("http://127.0.0.1:" + logged(METRICS) + path).body();
    }

    private String logged(Pattern pattern) {
        var match = pattern.matcher(err());
        if (!match.find()) {
            throw new IllegalStateException("no " + pattern + " in " + err());
        }
        return match.group(1);
    }
}
