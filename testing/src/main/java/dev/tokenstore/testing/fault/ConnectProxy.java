package dev.tokenstore.testing.fault;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// An HTTP proxy on loopback that answers `CONNECT`, as those of companies do. Every tunnel leads to one server,
/// whatever name it was asked for, so that names that nobody resolves can be tried. Thread-safe.
public final class ConnectProxy implements AutoCloseable {
    private final int port;
    private final Optional<String> credentials;
    private final ServerSocket server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> targets = new CopyOnWriteArrayList<>();

    /// @param port of the server on loopback that tunnels lead to
    /// @param credentials the `Proxy-Authorization` that each tunnel needs, if one is needed
    public ConnectProxy(int port, Optional<String> credentials) throws IOException {
        this.port = port;
        this.credentials = credentials;
        this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        executor.execute(this::accept);
    }

    /// Its `host:port`.
    public String address() {
        return "127.0.0.1:" + server.getLocalPort();
    }

    /// The `host:port` of each tunnel that was opened.
    public List<String> targets() {
        return List.copyOf(targets);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                var socket = server.accept();
                executor.execute(() -> serve(socket));
            } catch (IOException e) {
                // closed
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client) {
            // a client sends nothing before the tunnel is there, so that the reader holds nothing back
            var reader =
                    new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
            var request = reader.readLine();
            var headers = reader.lines().takeWhile(line -> !line.isEmpty()).toList();
            var authorization = headers.stream()
                    .filter(line -> line.regionMatches(true, 0, "Proxy-Authorization: ", 0, 21))
                    .map(line -> line.substring(21))
                    .findFirst();
            if (credentials.isPresent() && !credentials.equals(authorization)) {
                client.getOutputStream()
                        .write("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"
                                .getBytes(StandardCharsets.ISO_8859_1));
                return;
            }
            targets.add(request.split(" ")[1]);
            try (var upstream = new Socket(InetAddress.getLoopbackAddress(), port)) {
                client.getOutputStream()
                        .write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
                executor.execute(() -> FaultProxy.copy(client, upstream));
                upstream.getInputStream().transferTo(client.getOutputStream());
            }
        } catch (IOException e) {
            // either side went away, which is what the other side sees now
            FaultProxy.closeQuietly(client);
        }
    }

    @Override
    public void close() {
        FaultProxy.closeQuietly(server);
        executor.shutdownNow();
    }
}
