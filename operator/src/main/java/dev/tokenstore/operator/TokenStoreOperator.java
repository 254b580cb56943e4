package dev.tokenstore.operator;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.operator.access.AccessGrants;
import dev.tokenstore.operator.access.ServiceAccountRef;
import dev.tokenstore.operator.cleanup.TokenDeletion;
import dev.tokenstore.operator.metrics.ReconcilerMeters;
import dev.tokenstore.operator.metrics.WatchMeters;
import dev.tokenstore.operator.store.OAuthTokenStoreReconciler;
import dev.tokenstore.operator.token.SecretMetadata;
import dev.tokenstore.operator.token.TokenWatches;
import io.fabric8.kubernetes.api.model.authentication.SelfSubjectReview;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.Operator;
import io.javaoperatorsdk.operator.OperatorException;
import io.javaoperatorsdk.operator.health.InformerHealthIndicator;
import io.javaoperatorsdk.operator.processing.Controller;
import io.javaoperatorsdk.operator.processing.retry.GenericRetry;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// The operator: its parts, assembled. It closes the parts that it made; the caller closes the clients.
final class TokenStoreOperator implements AutoCloseable {
    private static final int THREADS = 4;
    private static final long STORES_PER_PAGE = 100;
    private static final int RECONCILIATIONS_PER_SECOND = 2;
    private static final int RETRIES_OF_REQUESTS = 2;
    private static final Duration LONGEST_RETRY_WAIT = Duration.ofSeconds(15);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    private final TokenWatches watches;
    private final TokenDeletion deletion;
    private final Optional<Leadership> leadership;
    private final Operator operator;
    private final StoreWatchCheck watchCheck;
    private volatile boolean standsBy;

    /// @param client for everything but Secrets
    /// @param watchConnections opens connections for watches, which this class closes
    /// @param namespaces those whose stores are reconciled; empty for all
    /// @param instance names this process among the operator's replicas
    /// @param leadership empty if this is the only replica
    /// @throws OperatorException if the API server does not say who this is
    TokenStoreOperator(
            KubernetesClient client,
            SecretMetadata secrets,
            Supplier<SecretMetadata> watchConnections,
            Set<String> namespaces,
            String instance,
            Optional<Leadership> leadership,
            MeterRegistry registry,
            InstantSource clock) {
        this.leadership = leadership;
        watches = new TokenWatches(watchConnections, clock);
        deletion = new TokenDeletion(
                secrets, () -> leadership.map(Leadership::holds).orElse(true));
        operator = new Operator(overrider -> overrider
                .withKubernetesClient(client)
                .withCloseClientOnStop(false)
                .withMetrics(ReconcilerMeters.in(registry, OAuthTokenStoreReconciler.NAME))
                .withConcurrentReconciliationThreads(THREADS)
                .withReconciliationTerminationTimeout(STOP_TIMEOUT));
        if (leadership.isEmpty()) {
            Leadership.gauge(registry, this::started);
        }
        var reconciler = new OAuthTokenStoreReconciler(
                client,
                secrets,
                watches,
                deletion,
                new AccessGrants(client, account(client), clock),
                instance,
                registry,
                clock);
        var controller = operator.register(reconciler, overrider -> {
            if (namespaces.isEmpty()) {
                overrider.watchingAllNamespaces();
            } else {
                overrider.settingNamespaces(namespaces);
            }
            overrider
                    .withInformerListLimit(STORES_PER_PAGE)
                    .withOnUpdateFilter(OAuthTokenStoreReconciler::matters)
                    .withRateLimiter(new MonotonicRateLimiter(
                            RECONCILIATIONS_PER_SECOND,
                            Duration.ofSeconds(1).dividedBy(RECONCILIATIONS_PER_SECOND),
                            System::nanoTime))
                    .withRetry(new GenericRetry()
                            .setInitialInterval(1_000)
                            .setIntervalMultiplier(2)
                            .setMaxInterval((int) LONGEST_RETRY_WAIT.toMillis())
                            .setMaxAttempts(-1));
        });
        WatchMeters.bind(registry, controller, watches);
        watchCheck = new StoreWatchCheck(
                client,
                namespaces,
                ((Controller<OAuthTokenStore>) controller)
                        .getEventSourceManager()
                        .getControllerEventSource());
    }

    /// Returns the configuration of the client for everything but Secrets. It uses few request retries: a failed
    /// reconciliation is retried anyway, and a request that waits for minutes delays it when the API server is back.
    /// Watches are plain HTTP, so that [TrimmedResponses] sees their events, and HTTP/1.1, where each has a connection
    /// of its own: on one connection of HTTP/2 the API server accepts 100 requests.
    static Config clientConfig(Config kubernetes) {
        return new ConfigBuilder(kubernetes)
                .withRequestRetryBackoffLimit(RETRIES_OF_REQUESTS)
                .withOnlyHttpWatches(true)
                .withHttp2Disable(true)
                .build();
    }

    /// Starts reconciling, or leader election; returns once the stores can be listed.
    ///
    /// @param failed gets the failure if reconciling cannot start later, when this replica becomes the leader
    /// @throws OperatorException if the stores cannot be listed, or the lease not be seen
    void start(Consumer<OperatorException> failed) {
        if (leadership.isEmpty()) {
            reconcile();
            return;
        }
        requireStores();
        leadership.get().start(() -> lead(failed));
        standsBy = true;
    }

    /// Returns whether this replica reconciles, or would once it holds the lease.
    boolean started() {
        return standsBy || operator.getRuntimeInfo().isStarted();
    }

    /// Returns whether waiting can heal the process: false once an informer has stopped for good, or the
    /// watch over stores delivers no changes. An API server that does not answer is neither.
    boolean isAlive() {
        return !operator.getRuntimeInfo().isStarted()
                || !watchCheck.hasStalled() && informers().allMatch(InformerHealthIndicator::isRunning);
    }

    Stream<InformerHealthIndicator> informers() {
        return operator.getRuntimeInfo().getRegisteredControllers().stream().flatMap(WatchMeters::informers);
    }

    private void reconcile() {
        operator.start();
        watchCheck.start();
    }

    private void lead(Consumer<OperatorException> failed) {
        try {
            reconcile();
        } catch (OperatorException e) {
            failed.accept(e);
        } catch (RuntimeException e) {
            // otherwise the replica would hold the lease without reconciling
            failed.accept(new OperatorException("reconciling did not start", e));
        }
    }

    /// Finds out at the start whether this replica could lead.
    private void requireStores() {
        try {
            watchCheck.listed();
        } catch (KubernetesClientException e) {
            throw new OperatorException("cannot list the stores", e);
        }
    }

    /// Returns the account to which the operator binds its own role; empty for a person, who has rights of their own.
    private static Optional<ServiceAccountRef> account(KubernetesClient client) {
        try {
            var review = client.resource(new SelfSubjectReview()).create();
            return ServiceAccountRef.ofUserName(review.getStatus().getUserInfo().getUsername());
        } catch (KubernetesClientException e) {
            throw new OperatorException("cannot find out which account this is", e);
        }
    }

    @Override
    public void close() {
        watchCheck.close();
        try {
            operator.stop();
        } finally {
            watches.close();
            deletion.close();
            leadership.ifPresent(Leadership::close);
        }
    }
}
