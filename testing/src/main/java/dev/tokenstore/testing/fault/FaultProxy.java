package dev.tokenstore.testing.fault;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;

/// Stands between a client and a real API server and does to requests what networks and API servers do: it loses,
/// delays, doubles and cuts them, or refuses them. Plain HTTP on loopback towards the client; what it forwards reaches
/// the real server. Watches are passed on, over WebSockets too, until [#closeStreams]. Thread-safe.
public final class FaultProxy implements AutoCloseable {
    /// A watch has no reply that ends; these break it off.
    private static final Set<Fault> WHOLE_REPLY =
            EnumSet.of(Fault.SWALLOW_REPLY, Fault.DELIVER_LATE, Fault.DOUBLE, Fault.CUT_REPLY);

    private final Config upstream;
    private final URI upstreamUri;
    private final SSLContext tls;
    private final HttpClient client;
    private final ServerSocket server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private final Queue<Planned> planned = new ConcurrentLinkedQueue<>();
    private final Set<Socket> streams = ConcurrentHashMap.newKeySet();
    private final Set<Socket> frozen = ConcurrentHashMap.newKeySet();
    private volatile FaultSource faults = request -> Fault.NONE;

    public FaultProxy(Config upstream) {
        this.upstream = upstream;
        this.upstreamUri = URI.create(upstream.getMasterUrl());
        try {
            tls = SSLUtils.sslContext(upstream);
            client = HttpClient.newBuilder()
                    .sslContext(tls)
                    .executor(executor)
                    .version(HttpClient.Version.HTTP_1_1)
                    .build();
            server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException | GeneralSecurityException e) {
            throw new IllegalStateException("the proxy cannot start", e);
        }
        executor.execute(this::accept);
    }

    /// Decides what happens to a request.
    public interface FaultSource {
        /// @param request `METHOD path?query accept`
        Fault next(String request);
    }

    /// What happens to a request.
    public enum Fault {
        NONE,
        /// The request never arrives.
        DROP_REQUEST,
        /// The request never arrives, and the connection stays open without a reply.
        HANG,
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
        /// 429 with `Retry-After: 1`.
        TOO_MANY_REQUESTS_RETRY_AFTER,
        BAD_REQUEST,
        FORBIDDEN,
        CONFLICT,
        SERVER_ERROR,
        UNAVAILABLE,
        GONE,
        /// The request asks for the changes since the very first one, which the server has compacted: it replies with
        /// 410 Gone, to a watch with an error event.
        FROM_LONG_AGO
    }

    private record Planned(String method, Fault fault) {}

    /// The upstream's configuration, leading through this proxy.
    public Config config() {
        return new ConfigBuilder(upstream)
                .withMasterUrl(url())
                .withCaCertData(null)
                .withCaCertFile(null)
                .withClientCertData(null)
                .withClientKeyData(null)
                .withRequestTimeout(1500)
                .build();
    }

    /// Where clients find it.
    public String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /// From now on asks `source` what to do to each request.
    public void misbehave(FaultSource source) {
        faults = source;
    }

    /// From now on harms one request in `oneIn`, each with one of `faults`.
    public void harm(Random random, int oneIn, List<Fault> faults) {
        misbehave(request -> {
            synchronized (random) {
                return random.nextInt(oneIn) == 0 ? faults.get(random.nextInt(faults.size())) : Fault.NONE;
            }
        });
    }

    /// Does `fault` to the next request with that method, once.
    public void once(String method, Fault fault) {
        planned.add(new Planned(method, fault));
    }

    /// The requests since the last [#forgetRequests]: `METHOD path?query accept`.
    public List<String> requests() {
        return List.copyOf(requests);
    }

    public void forgetRequests() {
        requests.clear();
    }

    /// From now on the watches that are open deliver nothing, and do not end: their connections are half open.
    public void freezeStreams() {
        frozen.addAll(streams);
    }

    /// Ends the watches that are open, as a server that stops does; returns how many.
    public int closeStreams() {
        var open = List.copyOf(streams);
        open.forEach(FaultProxy::closeQuietly);
        return open.size();
    }

    @Override
    public void close() {
        closeQuietly(server);
        closeStreams();
        executor.shutdownNow();
        client.close();
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

    /// One request for each connection.
    private void serve(Socket socket) {
        try (socket) {
            var request = ProxiedRequest.read(new BufferedInputStream(socket.getInputStream()));
            if (request == null) {
                return;
            }
            requests.add(request.description());
            var plan = planned.peek();
            var fault = plan != null && plan.method().equals(request.method()) && planned.remove(plan)
                    ? plan.fault()
                    : faults.next(request.description());
            answer(socket, request, fault);
        } catch (IOException e) {
            // either side went away, which is what the other side sees now
            closeQuietly(socket);
        }
    }

    private void answer(Socket socket, ProxiedRequest request, Fault fault) throws IOException {
        if (request.isStream() && WHOLE_REPLY.contains(fault)) {
            return;
        }
        switch (fault) {
            case NONE -> pass(socket, request);
            case DROP_REQUEST -> socket.close();
            case HANG -> socket.getInputStream().transferTo(OutputStream.nullOutputStream());
            case SWALLOW_REPLY -> {
                forward(request);
                socket.close();
            }
            case DELIVER_LATE -> {
                executor.submit(() -> {
                    Thread.sleep(Duration.ofMillis(700));
                    return forward(request);
                });
                socket.close();
            }
            case DELAY -> {
                pause(Duration.ofMillis(120));
                pass(socket, request);
            }
            case DOUBLE -> {
                forward(request);
                pass(socket, request);
            }
            case CUT_REPLY -> {
                var reply = forward(request);
                socket.getOutputStream().write(reply, 0, reply.length / 2);
            }
            case TOO_MANY_REQUESTS -> refuse(socket, "429 Too Many Requests", "");
            case TOO_MANY_REQUESTS_RETRY_AFTER -> refuse(socket, "429 Too Many Requests", "Retry-After: 1\r\n");
            case BAD_REQUEST -> refuse(socket, "400 Bad Request", "");
            case FORBIDDEN -> refuse(socket, "403 Forbidden", "");
            case CONFLICT -> refuse(socket, "409 Conflict", "");
            case SERVER_ERROR -> refuse(socket, "500 Internal Server Error", "");
            case UNAVAILABLE -> refuse(socket, "503 Service Unavailable", "");
            case GONE -> refuse(socket, "410 Gone", "");
            case FROM_LONG_AGO -> pass(socket, request.fromLongAgo());
        }
    }

    private void pass(Socket socket, ProxiedRequest request) throws IOException {
        if (!request.isStream()) {
            socket.getOutputStream().write(forward(request));
            return;
        }
        try (var server = openStream(request)) {
            streams.add(socket);
            executor.execute(() -> copy(socket, server));
            relay(server.getInputStream(), socket);
        } finally {
            streams.remove(socket);
            frozen.remove(socket);
        }
    }

    private void relay(InputStream events, Socket client) throws IOException {
        var buffer = new byte[8192];
        for (int length; (length = events.read(buffer)) >= 0; ) {
            if (!frozen.contains(client)) {
                client.getOutputStream().write(buffer, 0, length);
            }
        }
    }

    static void copy(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // the end of it, as well
            closeQuietly(from);
        }
        closeQuietly(to);
    }

    /// The whole reply, head and all.
    private byte[] forward(ProxiedRequest request) throws IOException {
        var forwarded = HttpRequest.newBuilder(upstreamUri.resolve(request.target()))
                .method(request.method(), HttpRequest.BodyPublishers.ofByteArray(request.body()));
        request.forwardedHeaders().forEach(header -> forwarded.header(header.name(), header.value()));
        try {
            var reply = client.send(forwarded.build(), HttpResponse.BodyHandlers.ofByteArray());
            var head = new StringBuilder("HTTP/1.1 " + reply.statusCode() + " \r\nConnection: close\r\n");
            for (var name : List.of("Content-Type", "Date", "Retry-After", "Warning")) {
                reply.headers()
                        .allValues(name)
                        .forEach(value ->
                                head.append(name).append(": ").append(value).append("\r\n"));
            }
            head.append("Content-Length: ").append(reply.body().length).append("\r\n\r\n");
            return ProxiedRequest.joined(head.toString(), reply.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    private Socket openStream(ProxiedRequest request) throws IOException {
        var server = tls.getSocketFactory().createSocket(upstreamUri.getHost(), upstreamUri.getPort());
        server.getOutputStream().write(request.streamed(upstreamUri.getAuthority()));
        server.getOutputStream().flush();
        return server;
    }

    private static void refuse(Socket socket, String status, String header) throws IOException {
        socket.getOutputStream()
                .write(("HTTP/1.1 " + status + "\r\n" + header + "Content-Length: 0\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.ISO_8859_1));
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static void closeQuietly(AutoCloseable closed) {
        try {
            closed.close();
        } catch (Exception e) {
            // there is nothing left to do with it
            return;
        }
    }
}
