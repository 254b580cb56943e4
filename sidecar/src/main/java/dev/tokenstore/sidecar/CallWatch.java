package dev.tokenstore.sidecar;

import dev.tokenstore.sidecar.grpc.CallListener;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.TokenFields;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What is worth counting and logging about calls and rows. No meter has a label per token.
final class CallWatch implements CallListener {
    private static final Logger LOG = LoggerFactory.getLogger(CallWatch.class);

    /// OAuth's relative seconds, taken for epoch milliseconds, lie before this.
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
    private final Counter relativeExpiries;
    private final Counter unreadableTokens;
    private final RateLimit relativeExpiryWarnings;
    private final RateLimit unreadableWarnings;

    CallWatch(MeterRegistry meters, InstantSource clock) {
        this.meters = meters;
        this.relativeExpiries = Counter.builder("tokenstore.sidecar.relative.expiries")
                .description("Saves whose expires_in lies in 1970: most likely seconds instead of epoch milliseconds")
                .register(meters);
        this.unreadableTokens = Counter.builder("tokenstore.sidecar.unreadable.tokens")
                .description("Times a stored token was skipped because it cannot be read")
                .register(meters);
        this.relativeExpiryWarnings = new RateLimit(BETWEEN_WARNINGS, clock);
        this.unreadableWarnings = new RateLimit(BETWEEN_WARNINGS, clock);
    }

    @Override
    public void answered(AnsweredCall call) {
        Counter.builder("tokenstore.sidecar.calls")
                .description("Calls of the token store service")
                .tag("method", call.method())
                .tag("status", call.status())
                .register(meters)
                .increment();
        Timer.builder("tokenstore.sidecar.call.duration")
                .description("Time until a call was answered")
                .tag("method", call.method())
                .serviceLevelObjectives(BUCKETS)
                .register(meters)
                .record(call.duration());
        LOG.atDebug()
                .addKeyValue("method", call.method())
                .addKeyValue("status", call.status())
                .addKeyValue("micros", call.duration().toNanos() / 1000)
                .addKeyValue("secret", call.row().orElse("-"))
                .log("call");
    }

    @Override
    public void saved(TokenFields given, StoredToken stored) {
        if (given.expiry().filter(expiry -> expiry.isBefore(END_OF_1970)).isEmpty()) {
            return;
        }
        relativeExpiries.increment();
        if (relativeExpiryWarnings.permits()) {
            LOG.atWarn()
                    .addKeyValue("secret", stored.name())
                    .log(
                            "a token was saved whose expires_in lies in 1970, so the SDKs take it for expired: the caller most likely"
                                    + " gave OAuth's seconds instead of epoch milliseconds");
        }
    }

    @Override
    public void storageFailed(StorageException.Reason reason) {
        Counter.builder("tokenstore.sidecar.storage.errors")
                .description("Calls that failed because of the storage")
                .tag("reason", reason.name())
                .register(meters)
                .increment();
    }

    /// A row was left out of an answer because it cannot be read.
    ///
    /// @param row its name in the storage
    void unreadable(String row) {
        unreadableTokens.increment();
        if (unreadableWarnings.permits()) {
            LOG.atWarn()
                    .addKeyValue("secret", row)
                    .log("a stored token cannot be read and was skipped; it was most likely edited by hand");
        }
    }
}
