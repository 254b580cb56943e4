package dev.tokenstore.operator;

import dev.tokenstore.operator.cleanup.TokenDeletion;
import dev.tokenstore.operator.cleanup.TokenWatches;
import dev.tokenstore.operator.metrics.TokenMeters;
import dev.tokenstore.operator.store.OAuthTokenStoreReconciler;
import dev.tokenstore.operator.store.StoreEvents;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.processing.event.rate.LinearRateLimiter;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;

/// The operator, put together. It closes what it made; the clients are the caller's.
final class TokenStoreOperator implements AutoCloseable {
    private static final int THREADS = 4;
    private static final int RECONCILIATIONS_PER_SECOND = 2;
    private static final Duration PATIENCE_AT_STOP = Duration.ofSeconds(10);

    private final TokenWatches watches;
    private final TokenDeletion deletion;
    private final Operator operator;

    /// @param client for all but Secrets
    /// @param metadataClient for Secrets, see [dev.tokenstore.operator.cleanup.MetadataClient]
    /// @param namespaces those whose stores are reconciled; empty for all
    /// @param instance names this process among the operator's replicas
    TokenStoreOperator(
            KubernetesClient client,
            KubernetesClient metadataClient,
            Set<String> namespaces,
            String instance,
            MeterRegistry registry,
            InstantSource clock) {
        watches = new TokenWatches(metadataClient, clock);
        deletion = new TokenDeletion(metadataClient);
        operator = new Operator(overrider -> overrider
                .withKubernetesClient(client)
                .withCloseClientOnStop(false)
                .withConcurrentReconciliationThreads(THREADS)
                .withReconciliationTerminationTimeout(PATIENCE_AT_STOP));
        var reconciler = new OAuthTokenStoreReconciler(
                watches, deletion, new StoreEvents(client, instance, clock), new TokenMeters(registry), clock);
        operator.register(reconciler, overrider -> {
            if (namespaces.isEmpty()) {
                overrider.watchingAllNamespaces();
            } else {
                overrider.settingNamespaces(namespaces);
            }
            overrider
                    .withRateLimiter(new LinearRateLimiter(Duration.ofSeconds(1), RECONCILIATIONS_PER_SECOND))
                    .withRetry(new GenericRetry()
                            .setInitialInterval(1_000)
                            .setIntervalMultiplier(2)
                            .setMaxInterval(60_000)
                            .setMaxAttempts(-1));
        });
    }

    /// Starts reconciling; returns once the stores are known.
    ///
    /// @throws io.javaoperatorsdk.operator.OperatorException if they cannot be listed
    void start() {
        operator.start();
    }

    boolean started() {
        return operator.getRuntimeInfo().isStarted();
    }

    @Override
    public void close() {
        operator.stop();
        watches.close();
        deletion.close();
    }
}
