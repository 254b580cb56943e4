package dev.tokenstore.client;

import dev.tokenstore.client.Reply.Kind;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A connection to a sidecar: as much of HTTP/2 (RFC 9113) and gRPC as calls with one request and one response need.
///
/// It connects when it is created, and does not reconnect. Its thread owns the socket and all state, and other threads
/// give tasks to it. The thread ends with the connection. Thread-safe.
final class Http2Connection {
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PUSH_PROMISE = 5;
    private static final int PING = 6;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int CONTINUATION = 9;

    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int PADDED = 8;
    private static final int PRIORITY = 32;

    private static final int SETTING_HEADER_TABLE_SIZE = 1;
    private static final int SETTING_ENABLE_PUSH = 2;
    private static final int SETTING_MAX_CONCURRENT_STREAMS = 3;
    private static final int SETTING_INITIAL_WINDOW_SIZE = 4;

    private static final int REFUSED_STREAM = 7;
    private static final int CANCEL = 8;

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int FRAME_HEADER = 9;
    /// The largest frame unless the receiver allows more.
    private static final int MAX_FRAME = 16_384;
    private static final int DEFAULT_WINDOW = 65_535;
    /// The server may send a response at once, whatever its size; the connection's window is refilled as it shrinks.
    private static final int MAX_WINDOW = Integer.MAX_VALUE;
    private static final int REFILL = 1 << 20;

    private static final int MAX_HEADERS = 1 << 16;
    /// A page of tokens has some 2 MiB.
    private static final int MAX_RESPONSE = 1 << 22;

    private final SidecarAddress address;
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Selector selector;
    private volatile boolean isConnected;
    private volatile boolean isAccepting = true;
    private volatile @Nullable Reply ended;

    // the state of the thread
    private final ByteBuffer in = ByteBuffer.allocate(2 * (FRAME_HEADER + MAX_FRAME));
    private final Queue<ByteBuffer> out = new ArrayDeque<>();
    /// Calls that are not sent yet: before the server's settings, or because it takes no more at once.
    private final Queue<Exchange> waiting = new ArrayDeque<>();
    private final Map<Integer, Exchange> exchanges = new LinkedHashMap<>();
    private final ByteArrayOutputStream headerBlock = new ByteArrayOutputStream();
    private int headerFlags;
    private int nextId = 1;
    private long maxExchanges = Long.MAX_VALUE;
    private long initialWindow = DEFAULT_WINDOW;
    private long window = DEFAULT_WINDOW;
    private int received;

    /// A call on this connection, from its start until its reply.
    static final class Exchange {
        private final Call call;
        private final ByteBuffer request;
        private final long deadline;
        private final CompletableFuture<Reply> reply = new CompletableFuture<>();
        private final Map<String, String> headers = new HashMap<>();
        private final ByteArrayOutputStream response = new ByteArrayOutputStream();
        private int id;
        private long window;

        private Exchange(Call call, byte[] message, long deadline) {
            this.call = call;
            this.deadline = deadline;
            request = ByteBuffer.allocate(5 + message.length)
                    .put((byte) 0)
                    .putInt(message.length)
                    .put(message)
                    .flip();
        }

        CompletableFuture<Reply> reply() {
            return reply;
        }
    }

    Http2Connection(SidecarAddress address) {
        this.address = address;
        var thread = new Thread(null, this::run, "tokenstore-client", 0, false);
        thread.setContextClassLoader(null);
        thread.setDaemon(true);
        thread.start();
    }

    /// Whether the server has sent its settings.
    boolean isConnected() {
        return isConnected;
    }

    /// Whether calls can be started; false once the connection is lost or the server closes it.
    boolean isAccepting() {
        return isAccepting;
    }

    /// Sends a request, at once or when there is a connection.
    ///
    /// @param deadline in the time of [System#nanoTime]; the server gets to know it, and the caller keeps it
    Exchange start(Call call, byte[] message, long deadline) {
        var exchange = new Exchange(call, message, deadline);
        submit(() -> begin(exchange));
        return exchange;
    }

    /// Tells the server that nobody waits for the response.
    void cancel(Exchange exchange) {
        submit(() -> {
            waiting.remove(exchange);
            if (exchanges.remove(exchange.id, exchange)) {
                send(frame(RST_STREAM, 0, exchange.id, Integer.BYTES).putInt(CANCEL));
                sendWaiting();
            }
        });
    }

    /// Ends the connection; calls on it fail.
    void close() {
        isAccepting = false;
        submit(() -> fail(exchange -> true, Kind.CLOSED, "the client was closed", null));
    }

    private void submit(Runnable task) {
        tasks.add(task);
        var current = selector;
        if (current != null) {
            current.wakeup();
        }
        if (ended != null) {
            runTasks();
        }
    }

    private void runTasks() {
        for (var task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    private void run() {
        Throwable failure = null;
        try (var channel = address.connect();
                var opened = Selector.open()) {
            channel.configureBlocking(false);
            var key = channel.register(opened, SelectionKey.OP_READ);
            selector = opened;
            sendPreface();
            runTasks();
            while (isAccepting || !exchanges.isEmpty()) {
                flush(channel, key);
                opened.select();
                runTasks();
                receive(channel);
            }
            flush(channel, key);
        } catch (IOException | RuntimeException | Error e) {
            failure = e;
        }
        end(failure);
    }

    private void end(@Nullable Throwable failure) {
        isAccepting = false;
        var why = failure == null ? "the connection was closed" : textOf(failure);
        fail(exchange -> exchange.id == 0, isConnected ? Kind.NOT_PROCESSED : Kind.NOT_CONNECTED, why, failure);
        fail(exchange -> true, Kind.BROKEN, why, failure);
        ended = Reply.failed(
                isConnected ? Kind.NOT_PROCESSED : Kind.NOT_CONNECTED, StatusCode.UNAVAILABLE, why, failure);
        runTasks();
    }

    private static String textOf(Throwable failure) {
        var message = failure.getMessage();
        return message == null || message.isEmpty() ? failure.getClass().getSimpleName() : message;
    }

    private void begin(Exchange exchange) {
        var end = ended;
        if (end != null) {
            exchange.reply.complete(end);
        } else if (!isAccepting) {
            exchange.reply.complete(
                    Reply.failed(Kind.NOT_PROCESSED, StatusCode.UNAVAILABLE, "the connection is being closed", null));
        } else {
            waiting.add(exchange);
            sendWaiting();
        }
    }

    private void sendWaiting() {
        while (isConnected && isAccepting && !waiting.isEmpty() && exchanges.size() < maxExchanges) {
            var exchange = waiting.remove();
            if (exchange.reply.isDone()) {
                continue;
            }
            exchange.id = nextId;
            exchange.window = initialWindow;
            nextId += 2;
            isAccepting = nextId > 0;
            exchanges.put(exchange.id, exchange);
            var fields = requestFields(exchange);
            send(frame(HEADERS, END_HEADERS, exchange.id, fields.length).put(fields));
            sendData(exchange);
        }
    }

    private byte[] requestFields(Exchange exchange) {
        var left = TimeUnit.NANOSECONDS.toMillis(exchange.deadline - System.nanoTime());
        // eight digits at most
        var timeout = left < 100_000_000L
                ? Math.max(1, left) + "m"
                : Math.min(TimeUnit.MILLISECONDS.toSeconds(left), 99_999_999L) + "S";
        return new HeaderBlock()
                .add(":method", "POST")
                .add(":scheme", "http")
                .add(":path", exchange.call.path())
                .add(":authority", address.authority())
                .add("te", "trailers")
                .add("content-type", "application/grpc")
                .add("user-agent", "tokenstore-client")
                .add("grpc-timeout", timeout)
                .toByteArray();
    }

    /// Sends as much of a request as the windows allow.
    private void sendData(Exchange exchange) {
        while (exchange.request.hasRemaining()) {
            var size = (int)
                    Math.min(Math.min(exchange.request.remaining(), MAX_FRAME), Math.min(window, exchange.window));
            if (size <= 0) {
                return;
            }
            var part = exchange.request.slice();
            part.limit(size);
            exchange.request.position(exchange.request.position() + size);
            window -= size;
            exchange.window -= size;
            var flags = exchange.request.hasRemaining() ? 0 : END_STREAM;
            send(frame(DATA, flags, exchange.id, size).put(part));
        }
    }

    private void sendPreface() {
        send(ByteBuffer.allocate(PREFACE.length).put(PREFACE));
        send(frame(SETTINGS, 0, 0, 18)
                .putShort((short) SETTING_HEADER_TABLE_SIZE)
                .putInt(0)
                .putShort((short) SETTING_ENABLE_PUSH)
                .putInt(0)
                .putShort((short) SETTING_INITIAL_WINDOW_SIZE)
                .putInt(MAX_WINDOW));
        send(frame(WINDOW_UPDATE, 0, 0, Integer.BYTES).putInt(MAX_WINDOW - DEFAULT_WINDOW));
    }

    private static ByteBuffer frame(int type, int flags, int id, int length) {
        return ByteBuffer.allocate(FRAME_HEADER + length)
                .put((byte) (length >> 16))
                .putShort((short) length)
                .put((byte) type)
                .put((byte) flags)
                .putInt(id);
    }

    private void send(ByteBuffer frame) {
        out.add(frame.flip());
    }

    private void flush(SocketChannel channel, SelectionKey key) throws IOException {
        for (var next = out.peek(); next != null; next = out.peek()) {
            channel.write(next);
            if (next.hasRemaining()) {
                key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                return;
            }
            out.remove();
        }
        key.interestOps(SelectionKey.OP_READ);
    }

    private void receive(SocketChannel channel) throws IOException {
        if (channel.read(in) < 0) {
            throw new EOFException("the connection was closed");
        }
        in.flip();
        while (receiveFrame()) {
            // the next one
        }
        in.compact();
    }

    /// Returns false if the frame is not complete.
    private boolean receiveFrame() throws IOException {
        if (in.remaining() < FRAME_HEADER) {
            return false;
        }
        in.mark();
        var length = (in.get() & 0xFF) << 16 | in.getShort() & 0xFFFF;
        var type = in.get() & 0xFF;
        var flags = in.get() & 0xFF;
        var id = in.getInt() & Integer.MAX_VALUE;
        if (length > MAX_FRAME || !isConnected && type != SETTINGS) {
            throw new IOException("what listens there speaks no gRPC");
        }
        if (in.remaining() < length) {
            in.reset();
            return false;
        }
        var payload = in.slice();
        payload.limit(length);
        in.position(in.position() + length);
        try {
            receive(type, flags, id, payload);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new IOException("malformed HTTP/2 frame", e);
        }
        return true;
    }

    private void receive(int type, int flags, int id, ByteBuffer payload) throws IOException {
        switch (type) {
            case DATA:
                receiveData(flags, id, payload);
                break;
            case HEADERS:
                removePadding(flags, payload);
                if ((flags & PRIORITY) != 0) {
                    payload.position(payload.position() + 5);
                }
                headerBlock.reset();
                headerFlags = flags;
                receiveHeaders(flags, id, payload);
                break;
            case CONTINUATION:
                receiveHeaders(flags, id, payload);
                break;
            case RST_STREAM:
                receiveReset(id, payload.getInt());
                break;
            case SETTINGS:
                if ((flags & ACK) == 0) {
                    receiveSettings(payload);
                }
                break;
            case PUSH_PROMISE:
                throw new IOException("malformed HTTP/2 frame");
            case PING:
                if ((flags & ACK) == 0) {
                    send(frame(PING, ACK, 0, payload.remaining()).put(payload));
                }
                break;
            case GOAWAY:
                isAccepting = false;
                var last = payload.getInt() & Integer.MAX_VALUE;
                fail(
                        exchange -> exchange.id == 0 || exchange.id > last,
                        Kind.NOT_PROCESSED,
                        "the sidecar closes the connection",
                        null);
                break;
            case WINDOW_UPDATE:
                receiveWindow(id, payload.getInt() & Integer.MAX_VALUE);
                break;
            default:
            // frames of unknown types are ignored
        }
    }

    private static void removePadding(int flags, ByteBuffer payload) {
        if ((flags & PADDED) != 0) {
            var padding = payload.get() & 0xFF;
            payload.limit(payload.limit() - padding);
        }
    }

    private void receiveData(int flags, int id, ByteBuffer payload) {
        received += payload.remaining();
        if (received >= REFILL) {
            send(frame(WINDOW_UPDATE, 0, 0, Integer.BYTES).putInt(received));
            received = 0;
        }
        removePadding(flags, payload);
        var exchange = exchanges.get(id);
        if (exchange == null) {
            return;
        }
        if (exchange.response.size() + payload.remaining() > MAX_RESPONSE) {
            finish(
                    exchange,
                    Reply.failed(Kind.ANSWERED, StatusCode.RESOURCE_EXHAUSTED, "the answer is too large", null));
            send(frame(RST_STREAM, 0, id, Integer.BYTES).putInt(CANCEL));
            return;
        }
        exchange.response.write(payload.array(), payload.arrayOffset() + payload.position(), payload.remaining());
        receiveEnd(flags, exchange);
    }

    private void receiveHeaders(int flags, int id, ByteBuffer payload) throws IOException {
        headerBlock.write(payload.array(), payload.arrayOffset() + payload.position(), payload.remaining());
        if (headerBlock.size() > MAX_HEADERS) {
            throw new IOException("malformed header fields");
        }
        var exchange = exchanges.get(id);
        if ((flags & END_HEADERS) != 0 && exchange != null) {
            exchange.headers.putAll(HeaderBlock.read(headerBlock.toByteArray()));
            receiveEnd(headerFlags, exchange);
        }
    }

    private void receiveEnd(int flags, Exchange exchange) {
        if ((flags & END_STREAM) == 0) {
            return;
        }
        if (exchange.request.hasRemaining()) {
            // answered before the request was complete
            send(frame(RST_STREAM, 0, exchange.id, Integer.BYTES).putInt(CANCEL));
        }
        finish(exchange, Reply.answer(exchange.headers, exchange.response.toByteArray()));
    }

    private void receiveReset(int id, int error) {
        var exchange = exchanges.get(id);
        if (exchange == null) {
            return;
        }
        var kind = error == REFUSED_STREAM ? Kind.NOT_PROCESSED : Kind.BROKEN;
        finish(exchange, Reply.failed(kind, StatusCode.UNAVAILABLE, "reset with HTTP/2 error " + error, null));
    }

    private void receiveSettings(ByteBuffer payload) {
        while (payload.hasRemaining()) {
            var setting = payload.getShort();
            var value = payload.getInt() & 0xFFFF_FFFFL;
            if (setting == SETTING_MAX_CONCURRENT_STREAMS) {
                maxExchanges = value;
            } else if (setting == SETTING_INITIAL_WINDOW_SIZE) {
                var change = value - initialWindow;
                exchanges.values().forEach(exchange -> exchange.window += change);
                initialWindow = value;
            }
        }
        send(frame(SETTINGS, ACK, 0, 0));
        isConnected = true;
        sendWaiting();
        exchanges.values().forEach(this::sendData);
    }

    private void receiveWindow(int id, int increment) {
        if (id == 0) {
            window += increment;
            exchanges.values().forEach(this::sendData);
            return;
        }
        var exchange = exchanges.get(id);
        if (exchange != null) {
            exchange.window += increment;
            sendData(exchange);
        }
    }

    private void finish(Exchange exchange, Reply reply) {
        exchanges.remove(exchange.id);
        exchange.reply.complete(reply);
        sendWaiting();
    }

    private void fail(Predicate<Exchange> affected, Kind kind, String why, @Nullable Throwable cause) {
        var failed = new ArrayList<Exchange>(waiting);
        failed.addAll(exchanges.values());
        failed.removeIf(affected.negate());
        waiting.removeAll(failed);
        exchanges.values().removeAll(failed);
        var status = kind == Kind.CLOSED ? StatusCode.CANCELLED : StatusCode.UNAVAILABLE;
        failed.forEach(exchange -> exchange.reply.complete(Reply.failed(kind, status, why, cause)));
    }
}
