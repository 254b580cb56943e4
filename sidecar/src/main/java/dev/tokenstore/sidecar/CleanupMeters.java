package dev.tokenstore.sidecar;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.embedded.CleanupListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts and logs what the cleanup of an embedded store deletes.
final class CleanupMeters implements CleanupListener {
    private static final Logger LOG = LoggerFactory.getLogger(CleanupMeters.class);

    private final MeterRegistry meters;

    CleanupMeters(MeterRegistry meters) {
        this.meters = meters;
    }

    @Override
    public void deleted(Map<EndReason, Integer> deleted) {
        var line = LOG.atInfo();
        for (var reason : EndReason.values()) {
            var count = deleted.getOrDefault(reason, 0);
            if (count > 0) {
                line = line.addKeyValue(reason.label(), count);
                Counter.builder("tokenstore.sidecar.deleted.tokens")
                        .description("Tokens of an embedded store that were deleted because their time was over")
                        .tag("reason", reason.label())
                        .register(meters)
                        .increment(count);
            }
        }
        line.log("deleted tokens whose time was over");
    }

    @Override
    public void cleanupFailed(StorageException failure) {
        LOG.atWarn()
                .addKeyValue("reason", failure.reason().name())
                .log("could not delete tokens whose time is over; it is tried again: {}", failure.getMessage());
    }
}
