package dev.tokenstore.operator.metrics;

import io.javaoperatorsdk.operator.api.monitoring.Metrics;
import io.javaoperatorsdk.operator.monitoring.micrometer.MicrometerMetricsV2;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Map;

/// The meters of reconciliation: those of the operator SDK under the names that it gives them, so that dashboards made
/// for it work, with a description each and few buckets.
public final class ReconcilerMeters {
    private static final Duration[] BUCKETS = {
        Duration.ofMillis(10),
        Duration.ofMillis(50),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofSeconds(5),
        Duration.ofSeconds(30),
        Duration.ofMinutes(2)
    };

    private static final String EVENTS = "events.received";

    private static final Map<String, String> DESCRIPTIONS = Map.of(
            MicrometerMetricsV2.RECONCILIATIONS_STARTED,
            "Reconciliations that were asked for, retries included.",
            MicrometerMetricsV2.RECONCILIATIONS_SUCCESS,
            "Reconciliations that ended well.",
            MicrometerMetricsV2.RECONCILIATIONS_FAILED,
            "Reconciliations that ended with an error; each is retried.",
            MicrometerMetricsV2.RECONCILIATIONS_RETRIES_NUMBER,
            "Reconciliations that are retries.",
            MicrometerMetricsV2.RECONCILIATIONS_EXECUTIONS_GAUGE,
            "Reconciliations that run now.",
            MicrometerMetricsV2.RECONCILIATIONS_QUEUE_SIZE_GAUGE,
            "Reconciliations that wait or run.",
            MicrometerMetricsV2.NUMBER_OF_RESOURCE_GAUGE,
            "Stores that the operator knows.",
            MicrometerMetricsV2.RECONCILIATION_EXECUTION_DURATION,
            "How long reconciliations take.",
            EVENTS,
            "Reasons to reconcile that arrived, by kind.");

    private ReconcilerMeters() {}

    /// Returns an empty registry that adds descriptions to these meters.
    public static PrometheusMeterRegistry newRegistry() {
        var registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        registry.config().meterFilter(new Descriptions()).meterFilter(ProcessMeters.selection());
        return registry;
    }

    /// Returns the metrics that the operator SDK reports to.
    public static Metrics in(MeterRegistry registry, String controller) {
        // from zero on, so that the first failure is seen as an increase
        counter(registry, MicrometerMetricsV2.RECONCILIATIONS_FAILED, controller);
        counter(registry, MicrometerMetricsV2.RECONCILIATIONS_RETRIES_NUMBER, controller);
        return MicrometerMetricsV2.newBuilder(registry)
                .withExecutionTimerConfig(timer -> timer.serviceLevelObjectives(BUCKETS))
                .build();
    }

    private static void counter(MeterRegistry registry, String name, String controller) {
        Counter.builder(name).tag("controller.name", controller).register(registry);
    }

    /// Adds descriptions, and the label `action` where the operator SDK leaves it out: all series of a Prometheus
    /// metric need the same labels.
    private static final class Descriptions implements MeterFilter {
        @Override
        public Meter.Id map(Meter.Id id) {
            var description = DESCRIPTIONS.get(id.getName());
            if (description == null) {
                return id;
            }
            var tags = id.getName().equals(EVENTS) && id.getTag("action") == null
                    ? Tags.of(id.getTags()).and("action", "NONE")
                    : Tags.of(id.getTags());
            return new Meter.Id(id.getName(), tags, id.getBaseUnit(), description, id.getType());
        }
    }
}
