package dev.tokenstore.store.kubernetes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/// Stands between a client and a real API server and does to requests what networks do: it loses, delays, doubles and
/// cuts them. Plain HTTP on loopback towards the client; what it forwards reaches the real server.
final class FaultProxy implements AutoCloseable {
    private static final Set<String> NOT_FORWARDED =
            Set.of("host", "connection", "content-length", "upgrade", "http2-settings", "transfer-encoding");

    private final Config upstream;
    private final HttpServer server;
    private final HttpClient client;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Queue<Planned> planned = new ConcurrentLinkedQueue<>();
    private volatile FaultSource faults = request -> Fault.NONE;

    FaultProxy(Config upstream) {
        this.upstream = upstream;
        try {
            client = HttpClient.newBuilder()
                    .sslContext(SSLUtils.sslContext(upstream))
                    .executor(executor)
                    .version(HttpClient.Version.HTTP_1_1)
                    .build();
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("the proxy cannot start", e);
        }
        server.setExecutor(executor);
        server.createContext("/", this::handle);
        server.start();
    }

    /// The upstream's configuration, leading through this proxy.
    Config config() {
        return new ConfigBuilder(upstream)
                .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                .withCaCertData(null)
                .withCaCertFile(null)
                .withClientCertData(null)
                .withClientKeyData(null)
                .withRequestTimeout(1500)
                .build();
    }

    /// From now on asks `source` what to do to each request.
    void misbehave(FaultSource source) {
        faults = source;
    }

    /// Does `fault` to the next request with that method, once.
    void once(String method, Fault fault) {
        planned.add(new Planned(method, fault));
    }

    /// The requests since the last [#forgetRequests]: `METHOD path?query accept`.
    List<String> requests() {
        return List.copyOf(requests);
    }

    void forgetRequests() {
        requests.clear();
    }

    private void handle(HttpExchange exchange) throws IOException {
        var description = exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
                + exchange.getRequestHeaders().getFirst("Accept");
        requests.add(description);
        var body = exchange.getRequestBody().readAllBytes();
        var plan = planned.peek();
        if (plan != null && plan.method().equals(exchange.getRequestMethod()) && planned.remove(plan)) {
            handle(exchange, body, plan.fault());
        } else {
            handle(exchange, body, faults.next(description));
        }
    }

    private void handle(HttpExchange exchange, byte[] body, Fault fault) throws IOException {
        switch (fault) {
            case NONE -> reply(exchange, forward(exchange, body));
            case DROP_REQUEST -> exchange.close();
            case SWALLOW_REPLY -> {
                forward(exchange, body);
                exchange.close();
            }
            case DELIVER_LATE -> {
                executor.submit(() -> {
                    Thread.sleep(Duration.ofMillis(700));
                    return forward(exchange, body);
                });
                exchange.close();
            }
            case DELAY -> {
                pause(Duration.ofMillis(120));
                reply(exchange, forward(exchange, body));
            }
            case DOUBLE -> {
                forward(exchange, body);
                reply(exchange, forward(exchange, body));
            }
            case CUT_REPLY -> {
                var reply = forward(exchange, body);
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(reply.statusCode(), reply.body().length + 1L);
                exchange.getResponseBody().write(reply.body(), 0, reply.body().length / 2);
                exchange.getResponseBody().flush();
                exchange.close();
            }
            case TOO_MANY_REQUESTS -> status(exchange, 429);
            case UNAVAILABLE -> status(exchange, 503);
            case GONE -> status(exchange, 410);
        }
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private HttpResponse<byte[]> forward(HttpExchange exchange, byte[] body) throws IOException {
        var request = HttpRequest.newBuilder(URI.create(upstream.getMasterUrl()).resolve(exchange.getRequestURI()))
                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!NOT_FORWARDED.contains(name.toLowerCase(Locale.ROOT))) {
                values.forEach(value -> request.header(name, value));
            }
        });
        try {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private static void reply(HttpExchange exchange, HttpResponse<byte[]> reply) throws IOException {
        for (var header : List.of("Content-Type", "Date")) {
            reply.headers()
                    .firstValue(header)
                    .ifPresent(value -> exchange.getResponseHeaders().set(header, value));
        }
        exchange.sendResponseHeaders(reply.statusCode(), reply.body().length == 0 ? -1 : reply.body().length);
        exchange.getResponseBody().write(reply.body());
        exchange.close();
    }

    private static void status(HttpExchange exchange, int code) throws IOException {
        exchange.sendResponseHeaders(code, -1);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
        client.close();
    }

    /// Decides what happens to a request.
    interface FaultSource {
        Fault next(String request);
    }

    enum Fault {
        NONE,
        /// The request never arrives.
        DROP_REQUEST,
        /// The request is carried out, its reply lost.
        SWALLOW_REPLY,
        /// The connection breaks at once, the request is carried out later.
        DELIVER_LATE,
        DELAY,
        /// The request is carried out twice, the second reply arrives.
        DOUBLE,
        /// The request is carried out, half of its reply arrives.
        CUT_REPLY,
        TOO_MANY_REQUESTS,
        UNAVAILABLE,
        GONE
    }

    private record Planned(String method, Fault fault) {}
}
