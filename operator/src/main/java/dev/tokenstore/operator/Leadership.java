package dev.tokenstore.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.javaoperatorsdk.operator.api.config.LeaderElectionConfiguration;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which of the operator's replicas works: the one that holds a lease of 15 seconds. The others stand by, with the
/// stores known and no tokens. A leader that cannot renew its lease for 10 seconds stops deleting and ends, so that its
/// successor works alone; one that stops in order gives the lease back, so that nobody waits for it to run out.
final class Leadership {
    /// The name of the lease.
    static final String LEASE = "oauth-token-store-operator";

    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);

    private final KubernetesClient client;
    private final String namespace;
    private final String identity;
    private final Runnable afterLoss;
    private final AtomicBoolean leads = new AtomicBoolean();
    private final AtomicBoolean closing = new AtomicBoolean();
    private Runnable beforeLoss = () -> {};

    /// @param namespace of the lease
    /// @param identity of this process, which no other process ever has
    /// @param afterLoss ends the process
    Leadership(KubernetesClient client, String namespace, String identity, MeterRegistry registry, Runnable afterLoss) {
        this.client = client;
        this.namespace = namespace;
        this.identity = identity;
        this.afterLoss = afterLoss;
        gauge(registry, leads::get);
    }

    /// Shows whether this replica works.
    static void gauge(MeterRegistry registry, BooleanSupplier leads) {
        Gauge.builder("tokenstore.leader", () -> leads.getAsBoolean() ? 1 : 0)
                .description("1 if this replica reconciles, 0 if it stands by.")
                .register(registry);
    }

    /// Names what must stop at once when the lease is lost.
    void beforeLoss(Runnable action) {
        beforeLoss = action;
    }

    LeaderElectionConfiguration configuration() {
        return new LeaderElectionConfiguration(
                LEASE,
                namespace,
                LeaderElectionConfiguration.LEASE_DURATION_DEFAULT_VALUE,
                LeaderElectionConfiguration.RENEW_DEADLINE_DEFAULT_VALUE,
                LeaderElectionConfiguration.RETRY_PERIOD_DEFAULT_VALUE,
                identity,
                new LeaderCallbacks(this::started, this::stopped, leader -> {}),
                false);
    }

    /// Takes note that the lease will be lost on purpose.
    void closing() {
        closing.set(true);
    }

    /// Gives the lease back, if it is held.
    void release() {
        if (!leads.getAndSet(false)) {
            return;
        }
        try {
            var lease = client.leases().inNamespace(namespace).withName(LEASE).get();
            if (lease != null && identity.equals(lease.getSpec().getHolderIdentity())) {
                lease.getSpec().setHolderIdentity("");
                lease.getSpec().setLeaseDurationSeconds(1);
                client.resource(lease).update();
            }
        } catch (KubernetesClientException e) {
            LOG.atInfo()
                    .addKeyValue("cause", e.getMessage())
                    .log("could not give the lease back; it runs out by itself");
        }
    }

    private void started() {
        leads.set(true);
        LOG.atInfo().addKeyValue("identity", identity).log("this replica leads");
    }

    private void stopped() {
        if (closing.get() || !leads.getAndSet(false)) {
            return;
        }
        LOG.atWarn().addKeyValue("identity", identity).log("the lease was lost; this replica ends");
        beforeLoss.run();
        afterLoss.run();
    }
}
