package dev.tokenstore.operator.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmHeapPressureMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import java.util.List;

/// The meters of this process: which version it is, memory, garbage collection, threads, CPU, open files.
public final class ProcessMeters implements AutoCloseable {
    private static final List<String> LEFT_OUT = List.of(
            "system.",
            "jvm.buffer.",
            "jvm.threads.states",
            "jvm.threads.started",
            "process.cpu.time",
            "process.uptime");

    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final JvmHeapPressureMetrics pressure = new JvmHeapPressureMetrics();

    /// @param version of the operator
    public ProcessMeters(MeterRegistry registry, String version) {
        Gauge.builder("tokenstore.build.info", () -> 1)
                .description("Always 1; the labels tell the operator's version and that of Java.")
                .tags("version", version, "java", Runtime.version().toString())
                .register(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        collections.bindTo(registry);
        pressure.bindTo(registry);
    }

    /// Leaves out meters of the node, duplicates, and meters without a use in dashboards and alerts.
    public static MeterFilter selection() {
        return MeterFilter.deny(id -> LEFT_OUT.stream().anyMatch(id.getName()::startsWith));
    }

    @Override
    public void close() {
        collections.close();
        pressure.close();
    }
}
