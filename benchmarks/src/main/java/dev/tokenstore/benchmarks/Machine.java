package dev.tokenstore.benchmarks;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Locale;

/// What a run is run on.
final class Machine {
    private Machine() {}

    static String description() {
        return String.format(
                Locale.ROOT,
                "%s, %d cores, %.0f GiB; Java %s",
                ProcFile.read(Path.of("/proc/cpuinfo")).value("model name").orElse("unknown processor"),
                Runtime.getRuntime().availableProcessors(),
                ProcFile.read(Path.of("/proc/meminfo")).number("MemTotal") / 1024.0 / 1024.0,
                Runtime.version().feature());
    }

    /// How many threads wanted to run in the last minute.
    static double load() {
        var average = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        return Math.round(average * 10) / 10.0;
    }
}
