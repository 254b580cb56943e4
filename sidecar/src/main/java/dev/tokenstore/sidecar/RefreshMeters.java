package dev.tokenstore.sidecar;

import dev.tokenstore.runtime.RateLimiter;
import dev.tokenstore.store.refresh.RefreshListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts coordinated refreshes, and logs when they fail. No meter has a label per token. Thread-safe.
final class RefreshMeters implements RefreshListener {
    private static final Logger LOG = LoggerFactory.getLogger(RefreshMeters.class);
    private static final Duration BETWEEN_WARNINGS = Duration.ofMinutes(1);
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(100),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(20)
    };

    private final Counter claimed;
    private final Counter failed;
    private final Map<WaitOutcome, Timer> waits = new EnumMap<>(WaitOutcome.class);
    private final RateLimiter warnings = new RateLimiter(1, BETWEEN_WARNINGS);

    RefreshMeters(MeterRegistry meters) {
        this.claimed = Counter.builder("tokenstore.sidecar.refresh.claims")
                .description("Callers that were told to refresh a token")
                .register(meters);
        this.failed = Counter.builder("tokenstore.sidecar.refresh.failures")
                .description("Refreshes of any process that ended without a save")
                .register(meters);
        for (var outcome : WaitOutcome.values()) {
            waits.put(
                    outcome,
                    Timer.builder("tokenstore.sidecar.refresh.wait")
                            .description("Time that finds waited for another caller's refresh; each that ended with"
                                    + " refreshed is a token request that was not made")
                            .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                            .serviceLevelObjectives(BUCKETS)
                            .register(meters));
        }
    }

    @Override
    public void claimed() {
        claimed.increment();
    }

    @Override
    public void failed(String row) {
        failed.increment();
        if (warnings.tryAcquire()) {
            LOG.atWarn()
                    .addKeyValue("secret", row)
                    .log(
                            "a refresh of this token ended without a save; look into the app's log for the provider's answer");
        }
    }

    @Override
    public void waited(Duration duration, WaitOutcome outcome) {
        Objects.requireNonNull(waits.get(outcome)).record(duration);
    }
}
