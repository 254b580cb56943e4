package dev.tokenstore.client;

import dev.tokenstore.client.ProtoReader.MalformedMessageException;
import dev.tokenstore.client.Reply.Kind;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/// One client's way to its sidecar: sends calls, repeats those that may be, keeps their time limits. Thread-safe.
final class SidecarChannel implements AutoCloseable {
    private static final int ATTEMPTS = 5;
    private static final long INITIAL_BACKOFF_MILLIS = 200;
    private static final long MAX_BACKOFF_MILLIS = 2_000;
    /// A save that waits for a sidecar looks for it more often, because it has a time limit and no other attempt.
    private static final long MAX_WAIT_MILLIS = 400;

    private final SidecarAddress address;
    private final SharedConnection shared;
    private final Set<Http2Connection.Exchange> inFlight = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean isClosed = new AtomicBoolean();

    /// @throws IllegalStateException if this JVM cannot connect to such an address
    SidecarChannel(SidecarAddress address) {
        address.requireSupported();
        this.address = address;
        shared = SharedConnection.of(address);
    }

    String address() {
        return address.toString();
    }

    /// Carries out a call.
    ///
    /// @param result reads the message of the answer
    /// @throws TokenStoreException if there is none
    <T> T call(Call call, ProtoWriter request, Duration limit, Function<ProtoReader, T> result) {
        var message = request.toByteArray();
        var deadline = System.nanoTime() + limit.toNanos();
        for (var attempt = 1; ; attempt++) {
            var reply = attempt(call, message, deadline);
            if (reply.isOk()) {
                try {
                    return result.apply(new ProtoReader(reply.message()));
                } catch (MalformedMessageException e) {
                    reply = Reply.failed(Kind.ANSWERED, StatusCode.INTERNAL, String.valueOf(e.getMessage()), e);
                }
            }
            if (!isRepeated(call, reply, attempt) || !pause(pauseMillis(call, reply, attempt), deadline)) {
                throw TokenStoreException.of(call, withinLimit(call, reply, deadline), address(), limit);
            }
        }
    }

    private Reply attempt(Call call, byte[] message, long deadline) {
        var connection = shared.open();
        if (connection == null || isClosed.get()) {
            return closed();
        }
        var exchange = connection.start(call, message, deadline);
        inFlight.add(exchange);
        try {
            if (isClosed.get()) {
                return closed();
            }
            return exchange.reply().get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            var kind = connection.isConnected() ? Kind.NOT_ANSWERED_IN_TIME : Kind.NOT_CONNECTED_IN_TIME;
            return Reply.failed(kind, StatusCode.DEADLINE_EXCEEDED, "", null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Reply.failed(Kind.INTERRUPTED, StatusCode.CANCELLED, "", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } finally {
            inFlight.remove(exchange);
            if (!exchange.reply().isDone() || isClosed.get()) {
                exchange.reply().complete(closed());
                connection.cancel(exchange);
            }
        }
    }

    private static Reply closed() {
        return Reply.failed(Kind.CLOSED, StatusCode.CANCELLED, "", null);
    }

    /// A call that the sidecar did not process on a connection that was about to end is repeated at once, once.
    private static boolean isRepeated(Call call, Reply reply, int attempt) {
        var isUnavailable = reply.status() == StatusCode.UNAVAILABLE || reply.status() == StatusCode.UNKNOWN;
        switch (call.repeat()) {
            case WHEN_UNAVAILABLE:
                return isUnavailable && attempt < ATTEMPTS;
            case UNTIL_SENT:
                return reply.kind() == Kind.NOT_CONNECTED || reply.kind() == Kind.NOT_PROCESSED;
            default:
                return reply.kind() == Kind.NOT_PROCESSED && attempt == 1;
        }
    }

    private static long pauseMillis(Call call, Reply reply, int attempt) {
        if (reply.kind() == Kind.NOT_PROCESSED && attempt == 1) {
            return 0;
        }
        var longest = call.repeat() == Call.Repeat.UNTIL_SENT ? MAX_WAIT_MILLIS : MAX_BACKOFF_MILLIS;
        var pause = Math.min(longest, INITIAL_BACKOFF_MILLIS << Math.min(attempt - 1, 10));
        // a fifth more or less, so that many apps do not return at the same moment
        return Math.round(pause * ThreadLocalRandom.current().nextDouble(0.8, 1.2));
    }

    /// Returns false where the deadline, an interrupt or [#close] comes first.
    private boolean pause(long millis, long deadline) {
        var left = deadline - System.nanoTime();
        try {
            TimeUnit.NANOSECONDS.sleep(Math.min(left, TimeUnit.MILLISECONDS.toNanos(millis)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
        return System.nanoTime() < deadline;
    }

    /// A save that waited in vain for a sidecar failed because of its time limit.
    private static Reply withinLimit(Call call, Reply reply, long deadline) {
        return call.repeat() == Call.Repeat.UNTIL_SENT
                        && reply.kind() == Kind.NOT_CONNECTED
                        && System.nanoTime() >= deadline
                ? Reply.failed(Kind.NOT_CONNECTED_IN_TIME, StatusCode.DEADLINE_EXCEEDED, "", reply.cause())
                : reply;
    }

    @Override
    public void close() {
        if (isClosed.compareAndSet(false, true)) {
            inFlight.forEach(exchange -> exchange.reply().complete(closed()));
            shared.release();
        }
    }
}
