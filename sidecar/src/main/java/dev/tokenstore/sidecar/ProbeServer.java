package dev.tokenstore.sidecar;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/// `/livez`, `/readyz` and `/metrics` over HTTP. Nothing it says is secret.
final class ProbeServer implements AutoCloseable {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    private record Page(int status, String type, String body) {}

    /// @throws IOException if the address cannot be had
    ProbeServer(InetSocketAddress address, Supplier<StoreReadiness.State> readiness, Supplier<String> metrics)
            throws IOException {
        server = HttpServer.create(address, 0);
        server.setExecutor(threads);
        serve("/livez", () -> new Page(200, TEXT, "ok\n"));
        serve("/readyz", () -> {
            var state = readiness.get();
            return state.isReady()
                    ? new Page(200, TEXT, "ok\n")
                    : new Page(503, TEXT, "not ready: " + state.reason() + "\n");
        });
        serve("/metrics", () -> new Page(200, PROMETHEUS, metrics.get()));
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    private void serve(String path, Supplier<Page> page) {
        server.createContext(path, exchange -> {
            try (exchange) {
                var isFound = exchange.getRequestURI().getPath().equals(path);
                var isRead = exchange.getRequestMethod().equals("GET");
                if (!isFound) {
                    answer(exchange, new Page(404, TEXT, "not found\n"));
                } else if (!isRead) {
                    answer(exchange, new Page(405, TEXT, "only GET is supported\n"));
                } else {
                    answer(exchange, page.get());
                }
            }
        });
    }

    private static void answer(HttpExchange exchange, Page page) throws IOException {
        var body = page.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", page.type());
        exchange.sendResponseHeaders(page.status(), body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
