package dev.tokenstore.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.fault.FaultProxy;
import dev.tokenstore.testing.fault.FaultProxy.Fault;
import dev.tokenstore.testing.product.OperatorProcess;
import dev.tokenstore.testing.product.TestStore;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Two operators, as processes of their own with the account and the rights that ship: one leads, the other takes over.
@Tag("alone")
class HighAvailabilityIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private static final String LEASE_NAMESPACE = "oauth-token-store";
    private static final int TOKENS = 5_000;
    private static final Duration SPREAD = Duration.ofSeconds(22);
    private static final Duration KILLED_AFTER = Duration.ofSeconds(5);
    private static final Duration LEASE = Duration.ofSeconds(15);

    /// For the successor's look at the lease, its start, and the deletion of the thousands that piled up meanwhile:
    /// some 10 s where the machine has nothing else to do.
    private static final Duration MARGIN = Duration.ofSeconds(45);

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path directory;

    private final InstantSource clock = InstantSource.system();
    private String namespace;
    private Path kubeconfig;

    @BeforeEach
    void install() {
        namespace = kubernetes.newNamespace();
        Policies.apply(kubernetes);
        kubeconfig = kubernetes.kubeconfigFor(LEASE_NAMESPACE, "oauth-token-store-operator");
        lease().delete();
    }

    @AfterEach
    void removeLease() {
        lease().delete();
    }

    @Test
    void aLeaderKilledAmidACleanupIsSucceededAndNoTokenGoesEarlyOrIsForgotten() throws Exception {
        createStore("{}");
        try (var leader = start(kubeconfig);
                var standby = start(kubeconfig)) {
            leader.awaitStarted();
            standby.awaitStarted();
            await().atMost(PATIENCE).until(() -> leads(leader) || leads(standby));
            var first = leads(leader) ? leader : standby;
            var second = first == leader ? standby : leader;
            assertThat(Stream.of(leader, standby).map(operator -> operator.status("/readyz")))
                    .containsExactly(200, 200);
            assertThat(leads(second)).as("both lead").isFalse();
            var saved = createTokens();

            try (var deletions = new ObservedDeletions(kubernetes.admin(), namespace)) {
                var firstDeadline = clock.instant().plusSeconds(4);
                var age = Duration.between(saved.get(name(0)), firstDeadline);
                createStore("{maxTokenAge: " + age.toSeconds() + "s, cleanup: {maxPercent: 100}}");
                var deadlines = new HashMap<String, Instant>();
                saved.forEach((token, moment) -> deadlines.put(token, moment.plusSeconds(age.toSeconds())));

                await().atMost(PATIENCE).until(() -> !clock.instant().isBefore(firstDeadline.plus(KILLED_AFTER)));
                first.kill();
                var killed = clock.instant();
                await().atMost(PATIENCE).until(() -> leads(second));
                var succeeded = clock.instant();
                await().atMost(PATIENCE).until(() -> deletions.count() == TOKENS);

                var moments = deletions.moments();
                var before = Lateness.of(moments, deadlines, (due, gone) -> gone.isBefore(killed));
                var amid = Lateness.of(
                        moments, deadlines, (due, gone) -> !gone.isBefore(killed) && due.isBefore(succeeded));
                var after = Lateness.of(moments, deadlines, (due, gone) -> !due.isBefore(succeeded));
                print(Lateness.header());
                print(before.row("deleted before the kill"));
                print(amid.row("due before the take-over"));
                print(after.row("due after the take-over"));
                print("taken over after " + Duration.between(killed, succeeded).toMillis() + " ms");

                assertThat(moments.keySet()).containsExactlyInAnyOrderElementsOf(deadlines.keySet());
                assertThat(moments)
                        .allSatisfy((token, moment) -> assertThat(moment)
                                .as("%s is not deleted before its deadline", token)
                                .isAfterOrEqualTo(deadlines.get(token)));
                assertThat(Stream.concat(first.deleted().stream(), second.deleted().stream()))
                        .as("what both say to have deleted")
                        .doesNotHaveDuplicates();
                assertThat(first.deleted()).isNotEmpty();
                assertThat(second.deleted()).isNotEmpty();
                assertThat(amid.latest()).isLessThan(LEASE.plus(MARGIN));
                assertThat(after.latest()).isLessThan(MARGIN);
            }
        }
    }

    @Test
    void aLeaderThatStopsHandsOverAtOnceAndOneThatLostItsLeaseDeletesNothingMore() throws Exception {
        createStore("{maxTokenAge: 1h}");
        try (var first = start(kubeconfig).awaitLeading();
                var second = start(kubeconfig).awaitStarted()) {
            assertThat(second.status("/readyz")).isEqualTo(200);
            assertThat(leads(second)).isFalse();

            first.terminate();
            assertThat(first.exitCode()).isEqualTo(143);
            var ended = clock.instant();
            await().atMost(PATIENCE).until(() -> leads(second));
            var gap = Duration.between(ended, clock.instant());
            create("due", clock.instant().minus(Duration.ofHours(2)));
            await().atMost(PATIENCE).until(() -> !exists("due"));
            print("handed over " + gap.toMillis() + " ms after the end of an orderly stop");
            assertThat(gap).isLessThan(Duration.ofSeconds(5));

            lease().edit(lease -> new LeaseBuilder(lease)
                    .editSpec()
                    .withHolderIdentity("someone-else")
                    .withLeaseDurationSeconds(15)
                    .withRenewTime(clock.instant().atZone(ZoneOffset.UTC))
                    .endSpec()
                    .build());
            assertThat(second.exitCode()).isEqualTo(1);
            create("late", clock.instant().minus(Duration.ofHours(2)));
            assertThat(second.log())
                    .contains(
                            "the lease was lost: another replica holds it; this replica deletes nothing more and ends");
            assertThat(lease().get().getSpec().getHolderIdentity()).isEqualTo("someone-else");
            assertThat(exists("late")).isTrue();
        }
    }

    @Test
    void aLeaderThatCannotRenewItsLeaseEndsBeforeItIsOver() throws Exception {
        createStore("{maxTokenAge: 1h}");
        try (var proxy = new FaultProxy(kubernetes.config());
                var leader = start(through(proxy)).awaitLeading()) {
            proxy.misbehave(request -> Fault.HANG);
            proxy.closeStreams();
            var lost = clock.instant();

            await().atMost(PATIENCE).until(() -> leader.log().contains("the lease was lost"));
            print("a leader without contact gave up after "
                    + Duration.between(lost, clock.instant()).toMillis() + " ms");
            assertThat(leader.log())
                    .contains("it could not be renewed for 10 seconds")
                    .contains("this replica deletes nothing more and ends");
            assertThat(Duration.between(lost, clock.instant())).isLessThan(LEASE);
            // contact again, while it still closes what it has
            proxy.misbehave(request -> Fault.NONE);
            create("due", clock.instant().minus(Duration.ofHours(2)));
            assertThat(leader.exitCode()).isEqualTo(1);
            assertThat(exists("due")).isTrue();
            assertThat(leader.deleted()).isEmpty();
        }
    }

    private Path through(FaultProxy proxy) throws IOException {
        var direct = Files.readString(kubeconfig);
        var led = Files.createTempFile(directory, "led-", ".kubeconfig");
        return Files.writeString(led, direct.replaceAll("server: .*", "server: \"" + proxy.url() + "\""));
    }

    private void createStore(String spec) {
        TestStore.in(kubernetes, namespace, "crm").apply(spec);
    }

    private OperatorProcess start(Path asOperator) {
        return OperatorProcess.start(
                List.of("-XX:+UseSerialGC"),
                List.of("--namespace=" + namespace),
                asOperator,
                Map.of(),
                Path.of("target/logs"));
    }

    /// Creates tokens with deadlines spread over [#SPREAD], whatever time that takes; returns when each was saved.
    private Map<String, Instant> createTokens() throws Exception {
        var oldest = clock.instant().minus(Duration.ofHours(1));
        var saved = new HashMap<String, Instant>();
        try (var threads = Executors.newFixedThreadPool(16)) {
            var created = new ArrayList<Future<?>>();
            for (int i = 0; i < TOKENS; i++) {
                var token = name(i);
                var moment = oldest.plusMillis(SPREAD.toMillis() * i / TOKENS);
                saved.put(token, moment);
                created.add(threads.submit(() -> create(token, moment)));
            }
            for (var token : created) {
                token.get();
            }
        }
        return saved;
    }

    private static String name(int number) {
        return "token-" + number;
    }

    private void create(String name, Instant saved) {
        kubernetes
                .admin()
                .secrets()
                .inNamespace(namespace)
                .resource(TokenSecret.of("crm", name, saved)
                        .with(TokenSecretLayout.SAVED_AT, saved.toString())
                        .build())
                .create();
    }

    private boolean exists(String name) {
        return kubernetes
                        .admin()
                        .secrets()
                        .inNamespace(namespace)
                        .withName(name)
                        .get()
                != null;
    }

    private Resource<Lease> lease() {
        return kubernetes.admin().leases().inNamespace(LEASE_NAMESPACE).withName(Leadership.LEASE);
    }

    private static boolean leads(OperatorProcess operator) {
        return operator.meter("tokenstore_leader") == 1;
    }

    /// To the build's log, which the output of tests does not reach.
    private static void print(String line) {
        new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8)
                .println("operator: " + line);
    }
}
