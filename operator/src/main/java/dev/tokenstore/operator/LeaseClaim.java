package dev.tokenstore.operator;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.function.LongSupplier;

/// One replica's requests about the lease of the leader. Each is a single attempt, guarded by the lease's
/// resourceVersion.
///
/// The machines' clocks do not matter: renewals carry the time of the API server's clock, and a lease whose times are
/// nonsense is free once it did not change for its whole duration. fabric8's `LeaderElector` compares the machine's
/// clock with the times in the lease instead: after a leader whose clock is an hour ahead dies, nobody leads for an
/// hour (`LeaseClaimIT.aStampHoursAheadHoldsItNoLongerThanFifteenSeconds`). Not thread-safe.
final class LeaseClaim {
    /// How long a lease lasts without a renewal.
    static final Duration DURATION = Duration.ofSeconds(15);

    /// Short, so that several attempts fit into the lease's duration.
    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(3);

    private final KubernetesClient client;
    private final String namespace;
    private final String name;
    private final String identity;
    private final InstantSource clock;
    private final LongSupplier nanoTime;

    private String observedVersion = "";
    private long observedSince;

    /// @param identity of this process, which no other process ever has
    /// @param clock the API server's
    /// @param nanoTime a monotonic timer, in nanoseconds
    LeaseClaim(
            KubernetesClient client,
            String namespace,
            String name,
            String identity,
            InstantSource clock,
            LongSupplier nanoTime) {
        this.client = client.newClient(new RequestConfigBuilder()
                        .withRequestRetryBackoffLimit(0)
                        .withRequestTimeout((int) REQUEST_TIMEOUT.toMillis())
                        .build())
                .adapt(KubernetesClient.class);
        this.namespace = namespace;
        this.name = name;
        this.identity = identity;
        this.clock = clock;
        this.nanoTime = nanoTime;
    }

    /// Takes the lease if nobody holds it; returns whether that succeeded.
    ///
    /// @throws KubernetesClientException if the API server does not let it be seen or taken
    boolean acquire() {
        var lease = get();
        if (lease.isPresent() && !isFree(lease.get())) {
            return false;
        }
        try {
            lease.ifPresentOrElse(
                    free -> replace(free, identity, DURATION),
                    () -> client.resource(newLease()).create());
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() == HttpURLConnection.HTTP_CONFLICT) {
                // another replica was faster
                return false;
            }
            throw e;
        }
    }

    /// Renews the lease that is held; returns whether it still is.
    ///
    /// @throws KubernetesClientException if that is not known
    boolean renew() {
        var lease = get();
        if (lease.isEmpty() || !identity.equals(holder(lease.get()))) {
            return false;
        }
        replace(lease.get(), identity, DURATION);
        return true;
    }

    /// Releases the lease if it is held.
    ///
    /// @throws KubernetesClientException if that is not known
    void release() {
        get().filter(lease -> identity.equals(holder(lease)))
                .ifPresent(lease -> replace(lease, "", Duration.ofSeconds(1)));
    }

    /// Returns the identity of the holder; empty if there is none.
    Optional<String> holder() {
        return get().map(LeaseClaim::holder).filter(holder -> !holder.isEmpty());
    }

    private boolean isFree(Lease lease) {
        var version = lease.getMetadata().getResourceVersion();
        if (!version.equals(observedVersion)) {
            observedVersion = version;
            observedSince = nanoTime.getAsLong();
        }
        var lasts = spec(lease)
                .map(LeaseSpec::getLeaseDurationSeconds)
                .map(Duration::ofSeconds)
                .orElse(DURATION);
        var renewed = spec(lease).map(LeaseSpec::getRenewTime).map(ZonedDateTime::toInstant);
        return holder(lease).isEmpty()
                // taken by an attempt whose reply was lost
                || holder(lease).equals(identity)
                || renewed.filter(time -> !time.plus(lasts).isAfter(clock.instant()))
                        .isPresent()
                || nanoTime.getAsLong() - observedSince >= lasts.toNanos();
    }

    private static String holder(Lease lease) {
        return spec(lease).map(LeaseSpec::getHolderIdentity).orElse("");
    }

    private static Optional<LeaseSpec> spec(Lease lease) {
        return Optional.ofNullable(lease.getSpec());
    }

    private Optional<Lease> get() {
        return Optional.ofNullable(
                client.leases().inNamespace(namespace).withName(name).get());
    }

    private Lease newLease() {
        return new LeaseBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity(identity)
                .withLeaseDurationSeconds((int) DURATION.toSeconds())
                .withAcquireTime(now())
                .withRenewTime(now())
                .withLeaseTransitions(0)
                .endSpec()
                .build();
    }

    private void replace(Lease lease, String holder, Duration lasts) {
        var changed = new LeaseBuilder(lease)
                .editOrNewSpec()
                .withHolderIdentity(holder)
                .withLeaseDurationSeconds((int) lasts.toSeconds())
                .withRenewTime(now())
                .endSpec()
                .build();
        if (!holder.isEmpty() && !holder.equals(holder(lease))) {
            changed.getSpec().setAcquireTime(now());
            changed.getSpec()
                    .setLeaseTransitions(Optional.ofNullable(changed.getSpec().getLeaseTransitions())
                                    .orElse(0)
                            + 1);
        }
        client.resource(changed).update();
    }

    private ZonedDateTime now() {
        return clock.instant().truncatedTo(ChronoUnit.MICROS).atZone(ZoneOffset.UTC);
    }
}
