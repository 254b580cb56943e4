package dev.tokenstore.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.testing.KubernetesForTests;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Who gets the lease, and when; on a real API server, with clocks that tests put forward.
class LeaseClaimIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create();

    private final TestClock clock = new TestClock();
    private final AtomicLong nanos = new AtomicLong();
    private String namespace;

    @BeforeEach
    void newNamespace() {
        namespace = kubernetes.newNamespace();
    }

    @Test
    void oneOfManyGetsIt() throws Exception {
        var claims = new ArrayList<Callable<Boolean>>();
        for (int i = 0; i < 8; i++) {
            claims.add(claim("replica-" + i)::acquire);
        }

        assertThat(winners(claims)).isEqualTo(1);
        pass(Duration.ofSeconds(16));
        assertThat(winners(claims)).isEqualTo(1);
    }

    @Test
    void itIsTakenWhenItsHolderDidNotRenewItForFifteenSeconds() {
        var holder = claim("holder");
        var other = claim("other");
        assertThat(holder.acquire()).isTrue();

        pass(Duration.ofSeconds(14));
        assertThat(other.acquire()).isFalse();
        assertThat(holder.renew()).isTrue();
        pass(Duration.ofSeconds(14));
        assertThat(other.acquire()).isFalse();

        pass(Duration.ofSeconds(1));
        assertThat(other.acquire()).isTrue();
        assertThat(holder.renew()).isFalse();
        assertThat(lease().getLeaseTransitions()).isEqualTo(1);
    }

    @Test
    void itIsTakenAtOnceWhenItWasGivenBack() {
        var holder = claim("holder");
        holder.acquire();
        holder.release();

        assertThat(claim("other").acquire()).isTrue();
        holder.release();
        assertThat(claim("third").holder()).contains("other");
    }

    @Test
    void aStampHoursAheadHoldsItNoLongerThanFifteenSeconds() {
        write(new LeaseBuilder()
                .withNewSpec()
                .withHolderIdentity("dead")
                .withLeaseDurationSeconds(15)
                .withRenewTime(clock.instant().plus(Duration.ofHours(5)).atZone(ZoneOffset.UTC))
                .endSpec());
        var other = claim("other");
        assertThat(other.acquire()).isFalse();

        pass(Duration.ofSeconds(14));
        assertThat(other.acquire()).isFalse();
        pass(Duration.ofSeconds(1));
        assertThat(other.acquire()).isTrue();
    }

    @Test
    void oneThatSaysNextToNothingIsTakenInTheEnd() {
        write(new LeaseBuilder().withNewSpec().withHolderIdentity("someone").endSpec());
        var other = claim("other");
        assertThat(other.acquire()).isFalse();

        pass(Duration.ofSeconds(15));
        assertThat(other.acquire()).isTrue();
        assertThat(lease().getHolderIdentity()).isEqualTo("other");
    }

    private void pass(Duration time) {
        clock.advance(time);
        nanos.addAndGet(time.toNanos());
    }

    private LeaseClaim claim(String identity) {
        return new LeaseClaim(kubernetes.admin(), namespace, "test", identity, clock, nanos::get);
    }

    private void write(LeaseBuilder lease) {
        kubernetes
                .admin()
                .resource(lease.withNewMetadata()
                        .withNamespace(namespace)
                        .withName("test")
                        .endMetadata()
                        .build())
                .create();
    }

    private LeaseSpec lease() {
        return Objects.requireNonNull(kubernetes
                        .admin()
                        .leases()
                        .inNamespace(namespace)
                        .withName("test")
                        .get())
                .getSpec();
    }

    private static long winners(List<Callable<Boolean>> claims) throws Exception {
        long winners = 0;
        try (var threads = Executors.newFixedThreadPool(claims.size())) {
            for (Future<Boolean> claim : threads.invokeAll(claims)) {
                winners += claim.get() ? 1 : 0;
            }
        }
        return winners;
    }
}
