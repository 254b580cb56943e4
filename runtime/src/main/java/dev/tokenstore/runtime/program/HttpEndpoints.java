package dev.tokenstore.runtime.program;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;

/// The HTTP port of a program's probes and metrics: answers `GET` on a few fixed paths.
public final class HttpEndpoints implements AutoCloseable {
    private static final String TEXT = "text/plain; charset=utf-8";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    /// An answer to a `GET`.
    public record Page(int status, String contentType, String body) {
        /// The answer of a probe that succeeds.
        public static Page ok() {
            return new Page(200, TEXT, "ok\n");
        }

        /// The answer of a probe that fails.
        ///
        /// @param reason one line
        public static Page unavailable(String reason) {
            return new Page(503, TEXT, reason + "\n");
        }

        /// Metrics in Prometheus' text format.
        public static Page metrics(String scrape) {
            return new Page(200, PROMETHEUS, scrape);
        }
    }

    /// Starts serving.
    ///
    /// @param address port 0 for any free port
    /// @param pages the answer for each path, made anew for each request
    /// @throws IOException if the port is taken or may not be used
    public HttpEndpoints(InetSocketAddress address, Map<String, Supplier<Page>> pages) throws IOException {
        server = HttpServer.create(address, 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> answer(exchange, pages));
        server.start();
    }

    /// The port that is served.
    public int port() {
        return server.getAddress().getPort();
    }

    private static void answer(HttpExchange exchange, Map<String, Supplier<Page>> pages) throws IOException {
        try (exchange) {
            var page = pages.get(exchange.getRequestURI().getPath());
            if (page == null) {
                send(exchange, new Page(404, TEXT, "not found\n"));
            } else if (!exchange.getRequestMethod().equals("GET")) {
                send(exchange, new Page(405, TEXT, "only GET is supported\n"));
            } else {
                send(exchange, page.get());
            }
        }
    }

    private static void send(HttpExchange exchange, Page page) throws IOException {
        var body = page.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", page.contentType());
        exchange.sendResponseHeaders(page.status(), body.length);
        exchange.getResponseBody().write(body);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
