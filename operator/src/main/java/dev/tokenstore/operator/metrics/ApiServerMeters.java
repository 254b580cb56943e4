package dev.tokenstore.operator.metrics;

import dev.tokenstore.api.ServerClock;
import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.net.HttpURLConnection;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The meters of requests to the API server and of its clock. It also logs once when the API server stops answering,
/// and once when it answers again, since watches retry without logging. An interceptor of the Kubernetes clients.
/// Thread-safe.
public final class ApiServerMeters implements Interceptor {
    private static final Logger LOG = LoggerFactory.getLogger(ApiServerMeters.class);
    private static final int TOO_MANY_REQUESTS = 429;
    private static final String NO_REPLY = "error";
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(5),
        Duration.ofMillis(25),
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30)
    };

    private final MeterRegistry registry;
    private final ServerClock clock;
    private final Counter throttled;
    private final Counter askedToWait;
    private final AtomicBoolean lost = new AtomicBoolean();
    private volatile boolean connected;
    private volatile @Nullable Instant lastReply;

    /// Requests in flight; weak keys drop those that never get a reply.
    private final Map<HttpRequest, Timer.Sample> begun = Collections.synchronizedMap(new WeakHashMap<>());

    /// The client shows a refused watch several times.
    private final Set<HttpResponse<?>> refusedWatches =
            Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    /// @param clock the API server's
    /// @param machine this machine's, which the other is compared with
    public ApiServerMeters(MeterRegistry registry, ServerClock clock, InstantSource machine) {
        this.registry = registry;
        this.clock = clock;
        throttled = Counter.builder("tokenstore.api.throttled")
                .description("Requests that the API server turned away with 429.")
                .register(registry);
        askedToWait = Counter.builder("tokenstore.api.retry.after")
                .description("Sum of the waits that the API server asked for by Retry-After.")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder("tokenstore.api.connected", this, meters -> meters.connected ? 1 : 0)
                .description("1 if the API server replied last, 0 if it could not be reached.")
                .register(registry);
        Gauge.builder("tokenstore.api.last.contact.timestamp", this, meters -> seconds(meters.lastReply))
                .description("Unix time of the API server's last reply; NaN before the first.")
                .baseUnit("seconds")
                .register(registry);
        Gauge.builder(
                        "tokenstore.clock.offset",
                        clock,
                        server -> server.aheadOf(machine).toMillis() / 1_000.0)
                .description("How far the API server's clock is ahead of this machine's, known to a second;"
                        + " tokens are judged by the API server's.")
                .baseUnit("seconds")
                .register(registry);
    }

    @Override
    public AsyncBody.Consumer<List<ByteBuffer>> consumer(
            AsyncBody.Consumer<List<ByteBuffer>> consumer, HttpRequest request) {
        begun.put(request, Timer.start(registry));
        return consumer;
    }

    @Override
    public void after(HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        connected = true;
        if (lost.compareAndSet(true, false)) {
            LOG.atInfo().addKeyValue("server", request.uri().getAuthority()).log("the API server answers again");
        }
        lastReply = clock.instant();
        var call = ApiCall.of(request);
        var isRefusedWatch = call.isWatch() && response.code() >= HttpURLConnection.HTTP_BAD_REQUEST;
        if (isRefusedWatch && !refusedWatches.add(response)) {
            return;
        }
        count(call, Integer.toString(response.code()));
        if (response.code() == TOO_MANY_REQUESTS) {
            throttled.increment();
        }
        askedToWait.increment(retryAfter(response));
        var start = begun.remove(request);
        if (start != null && !call.isWatch()) {
            start.stop(duration(call));
        }
    }

    @Override
    public void afterConnectionFailure(HttpRequest request, Throwable failure) {
        connected = false;
        if (lost.compareAndSet(false, true)) {
            LOG.atWarn()
                    .addKeyValue("server", request.uri().getAuthority())
                    .addKeyValue("cause", failure.getClass().getSimpleName())
                    .log("the API server does not answer; nothing is cleaned up until it does");
        }
        count(ApiCall.of(request), NO_REPLY);
    }

    private void count(ApiCall call, String code) {
        Counter.builder("tokenstore.api.requests")
                .description("Requests to the API server; code \"error\" if there was no reply.")
                .tags("verb", call.verb(), "resource", call.resource(), "code", code)
                .register(registry)
                .increment();
    }

    private Timer duration(ApiCall call) {
        return Timer.builder("tokenstore.api.request.duration")
                .description("Time until the API server's reply began; watches are left out.")
                .tags("verb", call.verb(), "resource", call.resource())
                .serviceLevelObjectives(BUCKETS)
                .register(registry);
    }

    private static int retryAfter(HttpResponse<?> response) {
        var wait = response.header("Retry-After");
        return wait != null && wait.matches("\\d{1,6}") ? Integer.parseInt(wait) : 0;
    }

    private static double seconds(@Nullable Instant moment) {
        return moment == null ? Double.NaN : moment.toEpochMilli() / 1_000.0;
    }
}
