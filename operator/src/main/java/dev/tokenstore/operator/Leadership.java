package dev.tokenstore.operator;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.javaoperatorsdk.operator.OperatorException;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/// Leader election among the operator's replicas: the replica that holds the lease works, see [LeaseClaim]. The others
/// check the lease every second. A leader that loses the lease, or cannot renew it for 10 of its 15 seconds, deletes
/// nothing more and ends the process. A leader that stops in order releases the lease, so that its successor takes over
/// at once. Thread-safe.
final class Leadership implements AutoCloseable {
    /// The name of the lease.
    static final String LEASE = "oauth-token-store-operator";

    static final Duration RENEW_DEADLINE = Duration.ofSeconds(10);

    private static final Duration RENEW_INTERVAL = Duration.ofSeconds(2);
    private static final Duration POLL_INTERVAL = Duration.ofSeconds(1);
    private static final Logger LOG = LoggerFactory.getLogger(Leadership.class);

    private final LeaseClaim claim;
    private final String identity;
    private final Consumer<String> afterLoss;
    private final CountDownLatch closing = new CountDownLatch(1);

    private boolean loggedRefusal;
    private volatile boolean leads;
    private volatile long renewedAt;
    private volatile Thread thread = new Thread();

    /// @param namespace of the lease
    /// @param identity of this process, which no other process ever has
    /// @param clock the API server's
    /// @param afterLoss ends the process; gets one sentence that says why
    Leadership(
            KubernetesClient client,
            String namespace,
            String identity,
            InstantSource clock,
            MeterRegistry registry,
            Consumer<String> afterLoss) {
        this.claim = new LeaseClaim(client, namespace, LEASE, identity, clock, System::nanoTime);
        this.identity = identity;
        this.afterLoss = afterLoss;
        gauge(registry, () -> leads);
    }

    /// Registers the gauge that shows whether this replica leads.
    static void gauge(MeterRegistry registry, BooleanSupplier leads) {
        Gauge.builder("tokenstore.leader", () -> leads.getAsBoolean() ? 1 : 0)
                .description("1 if this replica reconciles, 0 if it stands by.")
                .register(registry);
    }

    /// Starts to try to take the lease; returns at once.
    ///
    /// @param work starts what only the leader does
    /// @throws OperatorException if the lease cannot be had, now or ever
    void start(Runnable work) {
        try {
            claim.holder()
                    .ifPresent(holder -> LOG.atInfo()
                            .addKeyValue("leader", holder)
                            .log("another replica held the lease; this one stands by"));
        } catch (KubernetesClientException e) {
            throw new OperatorException("the lease cannot be seen", e);
        }
        // a platform thread, which work on virtual threads cannot delay
        thread = Thread.ofPlatform().daemon().name("leadership").start(() -> run(work));
    }

    /// Returns whether this replica holds a lease that has not run out.
    boolean holds() {
        return leads && System.nanoTime() - renewedAt < RENEW_DEADLINE.toNanos();
    }

    /// Releases the lease, if it is held.
    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        if (!leads) {
            return;
        }
        leads = false;
        try {
            claim.release();
        } catch (KubernetesClientException e) {
            LOG.atInfo().addKeyValue("cause", e.getMessage()).log("could not release the lease; it runs out by itself");
        }
    }

    private void run(Runnable work) {
        if (!awaitLease()) {
            return;
        }
        LOG.atInfo().addKeyValue("identity", identity).log("this replica leads");
        // in another thread: renewals must not wait for the work
        Thread.ofPlatform()
                .daemon()
                .name("leading")
                .uncaughtExceptionHandler((thread, problem) ->
                        lost("it failed: " + problem.getClass().getSimpleName()))
                .start(work);
        awaitLoss();
    }

    /// Returns true once the lease is taken, or false when this object is closed.
    private boolean awaitLease() {
        do {
            var before = System.nanoTime();
            try {
                if (claim.acquire()) {
                    renewedAt = before;
                    leads = true;
                    return true;
                }
            } catch (RuntimeException e) {
                logRefusal(e);
            }
        } while (!closesWithin(POLL_INTERVAL));
        return false;
    }

    private void awaitLoss() {
        var cause = "it was not tried";
        while (!closesWithin(RENEW_INTERVAL)) {
            var before = System.nanoTime();
            try {
                if (!claim.renew()) {
                    lost("another replica holds it");
                    return;
                }
                renewedAt = before;
            } catch (KubernetesClientException e) {
                cause = e.getCode() > 0 ? "HTTP " + e.getCode() : "the API server does not answer";
            } catch (RuntimeException e) {
                cause = e.getClass().getSimpleName();
            }
            if (!holds()) {
                lost("it could not be renewed for " + RENEW_DEADLINE.toSeconds() + " seconds (" + cause + ")");
                return;
            }
        }
    }

    /// Logs a refusal once. [ApiServerMeters] logs an API server that does not answer.
    private void logRefusal(RuntimeException failure) {
        var code = failure instanceof KubernetesClientException refusal ? refusal.getCode() : 0;
        var isRefusal = code >= HttpURLConnection.HTTP_BAD_REQUEST && code < HttpURLConnection.HTTP_INTERNAL_ERROR;
        LOG.atLevel(isRefusal && !loggedRefusal ? Level.WARN : Level.DEBUG)
                .addKeyValue("cause", failure.getMessage())
                .log("this replica cannot take the lease and stands by; helm upgrade, or kubectl apply -f"
                        + " deploy/operator/rbac.yaml");
        loggedRefusal |= isRefusal;
    }

    private void lost(String why) {
        leads = false;
        afterLoss.accept("the lease was lost: " + why + "; this replica deletes nothing more and ends");
    }

    private boolean closesWithin(Duration wait) {
        try {
            return closing.await(wait.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
