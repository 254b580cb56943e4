package dev.tokenstore.testbed.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/// A server on a free port of 127.0.0.1, with a thread for each request.
public final class LoopbackServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Function<HttpCall, HttpAnswer> service;

    private LoopbackServer(HttpServer server, Function<HttpCall, HttpAnswer> service) {
        this.server = server;
        this.service = service;
    }

    /// @param service answers; called by several threads at once
    public static LoopbackServer start(Function<HttpCall, HttpAnswer> service) {
        try {
            var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            var started = new LoopbackServer(HttpServer.create(address, 0), service);
            started.server.setExecutor(started.threads);
            started.server.createContext("/", started::handle);
            started.server.start();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on loopback: " + e.getMessage(), e);
        }
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            var answer = answerTo(exchange);
            var body = JSON.writeValueAsBytes(answer.body());
            exchange.getResponseHeaders().set("Content-Type", "application/json;charset=UTF-8");
            // this server ends idle connections after a while, and a client that is just sending would meet that
            exchange.getResponseHeaders().set("Connection", "close");
            exchange.sendResponseHeaders(answer.status(), body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private HttpAnswer answerTo(HttpExchange exchange) throws IOException {
        var headers = exchange.getRequestHeaders();
        var body = exchange.getRequestBody().readAllBytes();
        try {
            var parameters = new HashMap<>(Form.ofQuery(
                    Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse("")));
            parameters.putAll(Form.ofBody(
                    Optional.ofNullable(headers.getFirst("Content-Type")).orElse(""), body));
            return service.apply(new HttpCall(
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    parameters,
                    Optional.ofNullable(headers.getFirst("Authorization")),
                    body));
        } catch (IllegalArgumentException e) {
            return HttpAnswer.error(400, "the request is malformed: " + e.getMessage());
        } catch (RuntimeException e) {
            return HttpAnswer.error(500, "a defect: " + e);
        }
    }

    /// The JSON of a body; an empty one is an empty object.
    ///
    /// @throws IllegalArgumentException if it is none of the type
    public static <T> T parse(byte[] body, Class<T> type) {
        try {
            return JSON.readValue(body.length == 0 ? new byte[] {'{', '}'} : body, type);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("the body is not the JSON that is expected here", e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
