package dev.tokenstore.sidecar;

import dev.tokenstore.runtime.RateLimiter;
import dev.tokenstore.sidecar.grpc.CallListener;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.TokenFields;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The meters and log lines about calls and rows. No meter has a label per token. Thread-safe.
///
/// Each meter is looked up in the registry once: that lookup builds a key of all tags.
final class CallMeters implements CallListener {
    private static final Logger LOG = LoggerFactory.getLogger(CallMeters.class);

    private static final Instant END_OF_1970 = Instant.parse("1971-01-01T00:00:00Z");
    private static final Duration BETWEEN_WARNINGS = Duration.ofMinutes(1);
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(20),
        Duration.ofMillis(50),
        Duration.ofMillis(200),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
    };

    private final MeterRegistry meters;
    private final Map<String, CallMethod> methods = new ConcurrentHashMap<>();
    private final Map<StorageException.Reason, Counter> storageErrors = new ConcurrentHashMap<>();
    private final Counter relativeExpiries;
    private final Counter unreadableTokens;
    private final RateLimiter relativeExpiryWarnings;
    private final RateLimiter unreadableWarnings;

    /// The meters of one method.
    private record CallMethod(Timer duration, Map<String, Counter> byStatus) {}

    /// @param nanoTime a monotonic clock, in nanoseconds
    CallMeters(MeterRegistry meters, LongSupplier nanoTime) {
        this.meters = meters;
        this.relativeExpiries = Counter.builder("tokenstore.sidecar.relative.expiries")
                .description("Saves whose expires_in lies in 1970: most likely seconds instead of epoch milliseconds")
                .register(meters);
        this.unreadableTokens = Counter.builder("tokenstore.sidecar.unreadable.tokens")
                .description("Times a stored token was skipped because it cannot be read")
                .register(meters);
        this.relativeExpiryWarnings = new RateLimiter(1, BETWEEN_WARNINGS, nanoTime);
        this.unreadableWarnings = new RateLimiter(1, BETWEEN_WARNINGS, nanoTime);
    }

    @Override
    public void answered(AnsweredCall call) {
        var method = methods.computeIfAbsent(call.method(), this::metersOf);
        method.byStatus()
                .computeIfAbsent(call.status(), status -> counter(call.method(), status))
                .increment();
        method.duration().record(call.duration());
        if (LOG.isDebugEnabled()) {
            LOG.atDebug()
                    .addKeyValue("method", call.method())
                    .addKeyValue("status", call.status())
                    .addKeyValue("micros", call.duration().toNanos() / 1000)
                    .addKeyValue("secret", call.row().orElse("-"))
                    .log("call");
        }
    }

    private CallMethod metersOf(String method) {
        return new CallMethod(
                Timer.builder("tokenstore.sidecar.call.duration")
                        .description("Time until a call was answered")
                        .tag("method", method)
                        .serviceLevelObjectives(BUCKETS)
                        .register(meters),
                new ConcurrentHashMap<>());
    }

    private Counter counter(String method, String status) {
        return Counter.builder("tokenstore.sidecar.calls")
                .description("Calls of the token store service")
                .tag("method", method)
                .tag("status", status)
                .register(meters);
    }

    @Override
    public void saved(TokenFields given, StoredToken stored) {
        // OAuth's relative seconds, taken for epoch milliseconds, lie in 1970
        if (given.expiry().filter(expiry -> expiry.isBefore(END_OF_1970)).isEmpty()) {
            return;
        }
        relativeExpiries.increment();
        if (relativeExpiryWarnings.tryAcquire()) {
            LOG.atWarn()
                    .addKeyValue("secret", stored.name())
                    .log(
                            "a token was saved whose expires_in lies in 1970, so the SDKs take it for expired: the caller most likely"
                                    + " gave OAuth's seconds instead of epoch milliseconds");
        }
    }

    @Override
    public void storageFailed(StorageException.Reason reason) {
        storageErrors.computeIfAbsent(reason, this::storageErrorsOf).increment();
    }

    private Counter storageErrorsOf(StorageException.Reason reason) {
        return Counter.builder("tokenstore.sidecar.storage.errors")
                .description("Calls that failed because of the storage")
                .tag("reason", reason.name())
                .register(meters);
    }

    /// Counts a row that was left out of an answer because it cannot be read.
    ///
    /// @param row its name in the storage
    void unreadable(String row) {
        unreadableTokens.increment();
        if (unreadableWarnings.tryAcquire()) {
            LOG.atWarn()
                    .addKeyValue("secret", row)
                    .log("a stored token cannot be read and was skipped; it was most likely edited by hand");
        }
    }
}
