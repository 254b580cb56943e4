package dev.tokenstore.benchmarks;

import dev.tokenstore.testing.product.ScrapedMetrics;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.function.Consumer;

/// What an API server does by itself every 5 to 7.5 minutes, from Kubernetes 1.34 on: it reads all Secrets from etcd to
/// compare them with its cache (feature gate `DetectCacheInconsistency`). With 100,000 of them that is two to three
/// seconds in which it answers slowly, whoever asks for what.
final class ConsistencyChecks {
    private static final Duration LONGEST_APART = Duration.ofMinutes(8);
    private static final Duration PAUSE = Duration.ofSeconds(5);

    private final KubernetesClient admin;

    /// @param admin may read the API server's metrics
    ConsistencyChecks(KubernetesClient admin) {
        this.admin = admin;
    }

    /// How often the Secrets were checked so far.
    long count() {
        return (long) value("apiserver_storage_consistency_checks_total", "resource", "secrets");
    }

    /// Waits until one is over, so that the next one is 5 minutes off at the least. Returns at once where there are
    /// none.
    void awaitOne(Consumer<String> progress) {
        if (value("kubernetes_feature_enabled", "name", "DetectCacheInconsistency") == 0) {
            return;
        }
        progress.accept("  until the API server has compared its cache with etcd (up to " + LONGEST_APART.toMinutes()
                + " minutes)");
        var before = count();
        var begin = System.nanoTime();
        while (count() == before) {
            if (System.nanoTime() - begin > LONGEST_APART.toNanos()) {
                progress.accept("  it did not; going on");
                return;
            }
            Run.pause(PAUSE);
        }
    }

    private double value(String metric, String label, String value) {
        return ScrapedMetrics.parse(admin.raw("/metrics")).value(metric, label, value);
    }
}
