package dev.tokenstore.operator;

import static dev.tokenstore.operator.OperatorUnderTest.condition;
import static dev.tokenstore.operator.OperatorUnderTest.is;
import static java.util.Map.entry;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.operator.cleanup.TokenDeletion;
import dev.tokenstore.testing.KubernetesForTests;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Tokens that are due and stay: for a dry run, or because the brake holds them.
@Execution(ExecutionMode.CONCURRENT)
class WithheldCleanupIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private OperatorUnderTest operator;

    @BeforeEach
    void startOperator() {
        operator = OperatorUnderTest.start(kubernetes);
    }

    @AfterEach
    void stopOperator() {
        operator.close();
    }

    @Test
    void aDryRunCountsAndTellsAsIfAndDeletesNothing() {
        create("idle", 2);
        operator.create(TokenSecret.of("crm", "dead", operator.clock.instant()).withoutRefreshToken());
        operator.createStore("crm", "{sessionTimeout: 10h, cleanup: {dryRun: true, expired: {after: 2h}}}");
        operator.awaitReady("crm");

        var status = operator.advance(Duration.ofHours(12), "crm");

        assertThat(condition(status, "CleanedUp").getStatus()).isEqualTo("False");
        assertThat(condition(status, "CleanedUp").getReason()).isEqualTo("DryRun");
        assertThat(condition(status, "CleanedUp").getMessage())
                .isEqualTo(
                        "spec.cleanup.dryRun is on; tokens that would be deleted now: 3 (Expired 1, SessionEnded 2)");
        var cleanup = requireNonNull(status.lastCleanup());
        assertThat(cleanup.dryRun()).isTrue();
        assertThat(cleanup.deleted()).containsOnly(entry("SessionEnded", 2), entry("Expired", 1));
        assertThat(status.nextCleanupTime()).isNull();
        assertThat(requireNonNull(status.tokens()).total()).isEqualTo(3);
        assertThat(operator.awaitEvent("TokensWouldBeDeleted").getNote())
                .isEqualTo("Would delete tokens: 3 (Expired 1, SessionEnded 2)");
        assertThat(operator.gauge("tokenstore.tokens.withheld", "cause", "dry_run"))
                .isEqualTo(3);
        assertThat(deletions()).isZero();

        operator.advance(Duration.ofHours(1), "crm");
        assertThat(operator.events("TokensWouldBeDeleted"))
                .as("the same is not told again")
                .hasSize(1);

        operator.createStore("crm", "{sessionTimeout: 10h, cleanup: {dryRun: false, expired: {after: 2h}}}");
        operator.awaitGone("idle-0");
        operator.clock.advance(Duration.ofSeconds(31));
        status = operator.awaitStatus(
                "crm", s -> s.lastCleanup() != null && s.lastCleanup().dryRun() == null);
        assertThat(requireNonNull(status.lastCleanup()).deleted())
                .containsOnly(entry("SessionEnded", 2), entry("Expired", 1));
        assertThat(operator.gauge("tokenstore.tokens.withheld", "cause", "dry_run"))
                .isZero();
    }

    @Test
    void tooManyAtOnceAreHeldUntilSomeoneConfirmsThisGeneration() {
        create("idle", 11);
        operator.clock.advance(Duration.ofHours(9));
        create("used", 29);
        operator.createStore("crm", "{sessionTimeout: 10h}");
        operator.awaitReady("crm");

        var status = operator.advance(Duration.ofHours(3), "crm");

        assertHeld(status, "11 of 40");
        assertThat(operator.awaitEvent("CleanupHeld").getNote()).contains("annotate ots crm");
        assertThat(operator.gauge("tokenstore.tokens.withheld", "cause", "held"))
                .isEqualTo(11);

        confirm(operator.store("crm").getMetadata().getGeneration() - 1);
        assertHeld(operator.advance(Duration.ZERO, "crm"), "11 of 40");
        assertThat(deletions()).isZero();

        confirm(operator.store("crm").getMetadata().getGeneration());
        operator.awaitGone("idle-0");
        status = operator.awaitStatus("crm", s -> is(s, "CleanedUp", "True") && s.lastCleanup() != null);
        assertThat(requireNonNull(status.lastCleanup()).deleted()).containsOnly(entry("SessionEnded", 11));
        assertThat(requireNonNull(status.tokens()).total()).isEqualTo(29);
    }

    @Test
    void tokensThatWereMadeToLookOldHoldUpNoOthers() {
        for (int i = 0; i < 40; i++) {
            operator.create(TokenSecret.of(
                    "crm", "planted-" + i, operator.clock.instant().minus(Duration.ofDays(100))));
        }
        create("idle", 5);
        operator.clock.advance(Duration.ofHours(9));
        create("used", 29);
        operator.createStore("crm", "{sessionTimeout: 10h}");
        operator.awaitReady("crm");

        operator.advance(Duration.ofHours(3), "crm");

        operator.awaitGone("idle-4");
        assertHeld(operator.awaitStatus("crm", s -> is(s, "CleanedUp", "False")), "40 of 69");
        assertThat(operator.exists("planted-39")).isTrue();
        confirm(operator.store("crm").getMetadata().getGeneration());
        operator.awaitGone("planted-39");
    }

    @Test
    void aConfirmationEndsWithItsGeneration() {
        create("idle", 40);
        operator.createStore("crm", "{sessionTimeout: 10h}");
        operator.awaitReady("crm");
        confirm(1);
        operator.advance(Duration.ZERO, "crm");

        assertHeld(operator.advance(Duration.ofHours(12), "crm"), "40 of 40");
        assertThat(deletions()).isZero();
    }

    @Test
    void aTypoInTheTimeoutDeletesNothing() {
        create("used", 20);
        operator.createStore("crm", "{sessionTimeout: 12h}");
        operator.awaitReady("crm");
        operator.clock.advance(Duration.ofMinutes(5));

        operator.createStore("crm", "{sessionTimeout: 12s}");
        assertHeld(operator.awaitStatus("crm", s -> is(s, "CleanedUp", "False")), "20 of 20");

        operator.createStore("crm", "{sessionTimeout: 12h}");
        operator.awaitStatus("crm", s -> is(s, "CleanedUp", "True"));
        assertThat(deletions()).isZero();
    }

    @Test
    void aFewAndASmallPartGoWithoutConfirmation() {
        create("idle", 10);
        operator.createStore("crm", "{sessionTimeout: 10h}");
        operator.awaitReady("crm");
        var status = operator.advance(Duration.ofHours(12), "crm");
        assertThat(requireNonNull(status.tokens()).total()).isZero();

        create("some", 12);
        operator.clock.advance(Duration.ofHours(9));
        create("many", 50);
        operator.awaitStatus("crm", s -> s.nextCleanupTime() != null);
        status = operator.advance(Duration.ofHours(3), "crm");
        assertThat(requireNonNull(status.tokens()).total()).isEqualTo(50);
    }

    @Test
    void aKeptTokenIsNeitherCountedAsDueNorDeleted() {
        create("idle", 10);
        operator.create(TokenSecret.of("crm", "kept", operator.clock.instant()).with(TokenSecretLayout.KEEP, "true"));
        operator.createStore("crm", "{sessionTimeout: 10h, maxTokenAge: 20h}");
        operator.awaitReady("crm");

        var status = operator.advance(Duration.ofHours(30), "crm");

        assertThat(requireNonNull(status.tokens()).total()).isOne();
        assertThat(operator.exists("kept")).isTrue();
    }

    @Test
    void aCleanupUnderWayStopsWhenItIsSuspended() {
        var now = operator.clock.instant();
        IntStream.range(0, TokenDeletion.BATCH)
                .parallel()
                .forEach(i -> operator.create(TokenSecret.of("crm", "idle-" + i, now)));
        operator.createStore("crm", "{sessionTimeout: 10h, suspend: true, cleanup: {maxPercent: 100}}");
        operator.awaitReady("crm");
        operator.clock.advance(Duration.ofHours(12));
        operator.createStore("crm", "{sessionTimeout: 10h, suspend: false, cleanup: {maxPercent: 100}}");
        await().until(() -> deletions() > 0);

        operator.createStore("crm", "{sessionTimeout: 10h, suspend: true, cleanup: {maxPercent: 100}}");
        operator.awaitStatus("crm", s -> condition(s, "CleanedUp").getReason().equals("Suspended"));

        var deleted = deletions();
        assertThat(deleted).as("of one batch").isLessThan(TokenDeletion.BATCH);
        await().during(Duration.ofSeconds(1)).until(() -> deletions() == deleted);
    }

    @Test
    void saysOnceThatAStoreIsFull() {
        create("token", 3);
        operator.createStore("crm", "{limits: {maxTokens: 3}}");
        operator.awaitReady("crm");

        assertThat(operator.awaitEvent("StoreFull").getNote())
                .isEqualTo("The store holds 3 tokens and spec.limits.maxTokens is 3: new ones are refused, others can"
                        + " still be refreshed");
        operator.advance(Duration.ofMinutes(1), "crm");
        assertThat(operator.events("StoreFull")).hasSize(1);
    }

    private void create(String name, int number) {
        IntStream.range(0, number)
                .forEach(i -> operator.create(TokenSecret.of("crm", name + "-" + i, operator.clock.instant())));
    }

    private void confirm(long generation) {
        kubernetes
                .admin()
                .resources(OAuthTokenStore.class)
                .inNamespace(operator.namespace)
                .withName("crm")
                .edit(store -> {
                    store.getMetadata()
                            .getAnnotations()
                            .put(OAuthTokenStore.CONFIRM_CLEANUP, Long.toString(generation));
                    return store;
                });
    }

    private static void assertHeld(OAuthTokenStoreStatus status, String number) {
        var condition = condition(status, "CleanedUp");
        assertThat(condition.getStatus()).isEqualTo("False");
        assertThat(condition.getReason()).isEqualTo("Held");
        assertThat(condition.getMessage())
                .startsWith("Tokens due for deletion at once: ")
                .contains(number.substring(0, number.indexOf(' ')) + " (SessionEnded ")
                .contains(" of " + number.substring(number.lastIndexOf(' ') + 1) + ", more than")
                .contains("tokenstore.dev/confirm-cleanup=");
    }

    private long deletions() {
        return operator.requests.sent().stream()
                .filter(sent -> sent.method().equals("DELETE") && sent.path().contains("/secrets/"))
                .count();
    }
}
