package dev.tokenstore.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.Project;
import dev.tokenstore.testing.fault.FaultProxy.Fault;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever goes wrong around the operator: once it is over, what was due is gone, and what was alive is there.
@Tag("alone")
class FaultsIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes =
            KubernetesForTests.create().withPrivateServer().withTokenStores();

    private static final int DUE = 120;
    private static final int ALIVE = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String POLICY = "sessionTimeout: 10h, cleanup: {maxPercent: 100}";

    private final InstantSource clock = InstantSource.system();
    private OperatorUnderTest operator;

    @BeforeEach
    void install() {
        operator = OperatorUnderTest.notStarted(kubernetes);
    }

    @AfterEach
    void stop() {
        operator.close();
    }

    @Test
    void theApiServerStopsAmidACleanup() {
        startSuspended();

        resume();
        await().atMost(PATIENCE).until(() -> names().size() < DUE);
        kubernetes.server().stopApiServer();
        kubernetes.server().startApiServer();

        assertConverges();
    }

    @ParameterizedTest
    @EnumSource(names = {"FROM_LONG_AGO", "GONE", "HANG"})
    void watchesAreClosedAndCannotBeResumed(Fault fault) {
        var proxy = operator.throughProxy();
        startSuspended();
        var refused = new AtomicInteger();

        // a watch over stores that hangs would hide the policy's change for minutes
        var harmed = fault == Fault.HANG ? "/secrets" : "/";
        proxy.misbehave(
                request -> request.contains("watch=true") && request.contains(harmed) && refused.incrementAndGet() <= 8
                        ? fault
                        : Fault.NONE);
        assertThat(proxy.closeStreams()).isPositive();
        operator.create(TokenSecret.of("crm", "new", clock.instant()));
        kubernetes
                .admin()
                .secrets()
                .inNamespace(operator.namespace)
                .withName("due-0")
                .delete();
        operator.annotate(
                "due-1", Map.of(TokenSecretLayout.LAST_USED_AT, clock.instant().toString()));
        resume();

        await().atMost(PATIENCE).until(() -> names().size() <= ALIVE + 2);
        assertThat(names()).contains("new", "due-1");
        assertThat(names()).containsAll(aliveNames());
        awaitCounts(ALIVE + 2);
        assertThat(refused).hasPositiveValue();
    }

    @ParameterizedTest
    @EnumSource(names = {"TOO_MANY_REQUESTS_RETRY_AFTER", "CONFLICT", "SERVER_ERROR", "SWALLOW_REPLY"})
    void requestsFailForAWhile(Fault fault) {
        var proxy = operator.throughProxy();
        startSuspended();
        var harmed = new AtomicInteger();

        proxy.misbehave(request -> {
            var isWrite = !request.startsWith("GET");
            var harms = isWrite || (fault != Fault.CONFLICT && !request.contains("watch=true"));
            if (harms) {
                harmed.incrementAndGet();
            }
            return harms ? fault : Fault.NONE;
        });
        proxy.closeStreams();
        resume();
        await().atMost(PATIENCE).until(() -> harmed.get() >= 20 || names().size() <= DUE);
        proxy.misbehave(request -> Fault.NONE);

        assertConverges();
    }

    @Test
    void deletionsThatNeverSucceedDoNotHoldUpTheOthers() {
        var proxy = operator.throughProxy();
        for (int i = 0; i < 40; i++) {
            operator.create(TokenSecret.of("crm", "stuck-" + i, ago(Duration.ofHours(20))));
        }
        startSuspended();

        proxy.misbehave(request ->
                request.startsWith("DELETE") && request.contains("/stuck-") ? Fault.SERVER_ERROR : Fault.NONE);
        resume();

        await().atMost(PATIENCE).until(() -> names().size() <= ALIVE + 40);
        assertThat(names()).containsAll(aliveNames());
        operator.awaitStatus(
                "crm",
                status -> OperatorUnderTest.condition(status, "CleanedUp")
                        .getReason()
                        .equals("DeletionFailed"));
        proxy.misbehave(request -> Fault.NONE);
        assertConverges();
    }

    @Test
    void nonsenseInTokensStallsNobodyAndIsDeletedForNothing() {
        var huge = "x".repeat(200_000);
        var stamps = List.of(
                "",
                " ",
                "-1",
                "yesterday",
                "1893456000000",
                "+999999999-12-31T23:59:59Z",
                "-999999999-01-01T00:00:00Z",
                "2020-01-01",
                "\u0000\uD83D\uDE00",
                huge);
        for (int i = 0; i < stamps.size(); i++) {
            var stamp = stamps.get(i);
            operator.create(TokenSecret.of("crm", "nonsense-" + i, ago(Duration.ofHours(20)))
                    .with(TokenSecretLayout.CREATED_AT, stamp)
                    .with(TokenSecretLayout.SAVED_AT, stamp.equals(huge) ? "?" : stamp)
                    .with(TokenSecretLayout.LAST_USED_AT, stamp.equals(huge) ? "?" : stamp)
                    .with(TokenSecretLayout.ACCESS_EXPIRES_AT, stamp.equals(huge) ? "?" : stamp)
                    .with(TokenSecretLayout.RENEWABLE, stamp.equals(huge) ? "?" : stamp)
                    .with(TokenSecretLayout.STATE, stamp.equals(huge) ? "?" : stamp));
        }
        createWith(
                "strange-labels",
                metadata -> metadata.getLabels()
                        .putAll(Map.of("a".repeat(63), "b".repeat(63), "tokenstore.dev/user-hash", "x", "empty", "")));
        createWith("strange-owner", metadata -> metadata.getAnnotations().clear());
        startSuspended();

        resume();

        await().atMost(PATIENCE).until(() -> names().stream().noneMatch(name -> name.startsWith("due-")));
        assertThat(names())
                .containsAll(aliveNames())
                .contains("strange-owner")
                .containsAll(IntStream.range(0, stamps.size())
                        .mapToObj(i -> "nonsense-" + i)
                        .toList());
        assertThat(names()).as("a good token with strange labels").doesNotContain("strange-labels");
        awaitCounts(ALIVE + stamps.size() + 1);
    }

    @Test
    void aTokenThatSomeoneElsesFinalizerHoldsStallsNobody() {
        createWith("held", metadata -> metadata.setFinalizers(List.of("example.org/wait")));
        startSuspended();

        resume();

        await().atMost(PATIENCE).until(() -> names().size() <= ALIVE + 1);
        assertThat(names()).containsAll(aliveNames()).contains("held");
        operator.awaitStatus("crm", status -> OperatorUnderTest.is(status, "CleanedUp", "True"));
        assertThat(operator.requests.sent().stream()
                        .filter(sent ->
                                sent.method().equals("DELETE") && sent.path().endsWith("/held")))
                .hasSize(1);
        kubernetes
                .admin()
                .secrets()
                .inNamespace(operator.namespace)
                .withName("held")
                .edit(secret -> {
                    secret.getMetadata().setFinalizers(List.of());
                    return secret;
                });
        assertConverges();
    }

    @Test
    void theDefinitionOfStoresIsDeletedAndCreatedAgain() {
        startSuspended();
        resume();
        assertConverges();

        kubernetes
                .admin()
                .apiextensions()
                .v1()
                .customResourceDefinitions()
                .withName("oauthtokenstores.tokenstore.dev")
                .delete();
        await().atMost(PATIENCE)
                .until(() -> kubernetes
                                .admin()
                                .apiextensions()
                                .v1()
                                .customResourceDefinitions()
                                .withName("oauthtokenstores.tokenstore.dev")
                                .get()
                        == null);
        var gone = clock.instant();
        // it looked for stores, and there is not even a kind of that name
        await().atMost(PATIENCE)
                .until(() -> operator.requests.sent().stream()
                        .anyMatch(sent -> sent.method().equals("GET")
                                && sent.at().isAfter(gone)
                                && sent.path().endsWith("/oauthtokenstores")));
        kubernetes.apply(Project.file("deploy/crds"));
        assertThat(names()).as("tokens outlive the definition of stores").containsAll(aliveNames());
        operator.create(TokenSecret.of("crm", "due-0", ago(Duration.ofHours(20))));
        await().atMost(PATIENCE).ignoreExceptions().until(() -> {
            operator.createStore("crm", "{" + POLICY + "}");
            return true;
        });

        assertConverges();
    }

    /// Random saves, uses and deletions while one request in five is harmed and watches break off: whatever the
    /// operator deletes, the last stamps of that very Secret must have asked for it.
    @Test
    void amidRandomFaultsATokenIsDeletedOnlyAfterTheDeadlineOfItsLastStamps() {
        var seed = new Random().nextLong();
        System.err.println("seed " + seed);
        var random = new Random(seed);
        var faults = List.of(
                Fault.DROP_REQUEST,
                Fault.SWALLOW_REPLY,
                Fault.DELIVER_LATE,
                Fault.DELAY,
                Fault.DOUBLE,
                Fault.CUT_REPLY,
                Fault.TOO_MANY_REQUESTS,
                Fault.CONFLICT,
                Fault.SERVER_ERROR,
                Fault.UNAVAILABLE,
                Fault.GONE,
                Fault.FROM_LONG_AGO);
        var timeout = Duration.ofSeconds(3);
        var proxy = operator.throughProxy();
        operator.createStore("crm", "{sessionTimeout: 3s, cleanup: {maxPercent: 100}}");
        try (var deletions = new ObservedDeletions(kubernetes.admin(), operator.namespace)) {
            operator.start();
            proxy.harm(new Random(seed + 1), 5, faults);

            var deletedByOthers = new HashSet<String>();
            var end = clock.instant().plusSeconds(8);
            while (clock.instant().isBefore(end)) {
                var name = "random-" + random.nextInt(60);
                switch (random.nextInt(12)) {
                    case 0 -> {
                        if (kubernetes
                                .admin()
                                .secrets()
                                .inNamespace(operator.namespace)
                                .withName(name)
                                .delete()
                                .isEmpty()) {
                            break;
                        }
                        deletedByOthers.add(name);
                    }
                    case 1 -> proxy.closeStreams();
                    default -> save(name, clock.instant().minusMillis(random.nextInt(2_500)));
                }
            }
            proxy.misbehave(request -> Fault.NONE);
            operator.create(TokenSecret.of("crm", "kept", clock.instant()).with(TokenSecretLayout.KEEP, "true"));

            await().atMost(PATIENCE).until(() -> names().equals(Set.of("kept")));
            assertThat(deletions.objects()).allSatisfy(deleted -> {
                var name = deleted.secret().getMetadata().getName();
                if (!deletedByOthers.contains(name)) {
                    var annotations = deleted.secret().getMetadata().getAnnotations();
                    assertThat(deleted.at())
                            .as("%s, seed %d", name, seed)
                            .isAfterOrEqualTo(Instant.parse(annotations.get(TokenSecretLayout.SAVED_AT))
                                    .plus(timeout.multipliedBy(11).dividedBy(10)));
                }
            });
            assertThat(deletions.objects()).hasSizeGreaterThan(10);
            awaitCounts(1);
        }
    }

    /// As a sidecar that saves a token again, or anew if it is gone.
    private void save(String name, Instant saved) {
        var secrets = kubernetes.admin().secrets().inNamespace(operator.namespace);
        var token = TokenSecret.of("crm", name, saved).build();
        if (secrets.withName(name).get() == null) {
            secrets.resource(token).create();
            return;
        }
        try {
            operator.annotate(name, token.getMetadata().getAnnotations());
        } catch (RuntimeException e) {
            // it was deleted in this moment
            return;
        }
    }

    /// Tokens that are due and others, and an operator that knows them and waits.
    private void startSuspended() {
        IntStream.range(0, DUE)
                .parallel()
                .forEach(i -> operator.create(TokenSecret.of("crm", "due-" + i, ago(Duration.ofHours(20)))));
        aliveNames().forEach(name -> operator.create(TokenSecret.of("crm", name, ago(Duration.ofHours(1)))));
        operator.createStore("crm", "{" + POLICY + ", suspend: true}");
        operator.start();
        operator.awaitReady("crm");
    }

    private void resume() {
        operator.createStore("crm", "{" + POLICY + ", suspend: false}");
    }

    private void assertConverges() {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(names()).isEqualTo(aliveNames()));
        awaitCounts(ALIVE);
        operator.awaitStatus("crm", status -> OperatorUnderTest.is(status, "CleanedUp", "True"));
    }

    private void awaitCounts(int total) {
        await().atMost(PATIENCE)
                .until(() -> Stream.of("valid", "expired", "refreshable", "unusable")
                                .mapToDouble(state -> operator.gauge("tokenstore.tokens", "state", state))
                                .sum()
                        == total);
    }

    private static Set<String> aliveNames() {
        return IntStream.range(0, ALIVE).mapToObj(i -> "alive-" + i).collect(Collectors.toSet());
    }

    private Set<String> names() {
        return kubernetes.admin().secrets().inNamespace(operator.namespace).list().getItems().stream()
                .map(secret -> secret.getMetadata().getName())
                .collect(Collectors.toSet());
    }

    private void createWith(String name, Consumer<ObjectMeta> change) {
        Secret secret = new SecretBuilder(
                        TokenSecret.of("crm", name, ago(Duration.ofHours(20))).build())
                .build();
        change.accept(secret.getMetadata());
        kubernetes
                .admin()
                .secrets()
                .inNamespace(operator.namespace)
                .resource(secret)
                .create();
    }

    private Instant ago(Duration time) {
        return clock.instant().minus(time);
    }
}
