package dev.tokenstore.sidecar;

import dev.tokenstore.store.ReadListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Counts where reads of a store in a cluster find their rows, and logs when the API server is away.
final class ReadMeters implements ReadListener {
    private static final Logger LOG = LoggerFactory.getLogger(ReadMeters.class);

    private final Map<Source, Counter> reads = new EnumMap<>(Source.class);
    private volatile boolean isReachable = true;
    private volatile int watches;

    ReadMeters(MeterRegistry meters) {
        for (var source : Source.values()) {
            reads.put(
                    source,
                    Counter.builder("tokenstore.sidecar.reads")
                            .description("Rows that reads looked at, by where they came from")
                            .tag("source", source.name().toLowerCase(Locale.ROOT))
                            .register(meters));
        }
        Gauge.builder("tokenstore.sidecar.watches", this, state -> state.watches)
                .description("Tokens whose changes arrive by a watch")
                .register(meters);
        Gauge.builder("tokenstore.sidecar.api.server.reachable", this, state -> state.isReachable ? 1 : 0)
                .description("1 unless the API server did not answer the last request")
                .register(meters);
    }

    @Override
    public void read(Source source) {
        Objects.requireNonNull(reads.get(source)).increment();
    }

    @Override
    public void unreachable(String why) {
        isReachable = false;
        LOG.atWarn().log("the API server is away; valid tokens that were read before are served for a while: {}", why);
    }

    @Override
    public void watches(int open) {
        watches = open;
    }

    @Override
    public void watchRefused() {
        LOG.atWarn()
                .log(
                        "this account may not watch Secrets, so changes of others are seen by requests, after up to a second;"
                                + " give it the role oauth-token-store-client or oauth-token-store-reader of this release");
    }

    @Override
    public void reachable() {
        isReachable = true;
        LOG.atInfo().log("the API server answers again");
    }
}
