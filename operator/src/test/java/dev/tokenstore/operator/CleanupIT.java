package dev.tokenstore.operator;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.testing.KubernetesForTests;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// What is deleted, and when: against a real API server and under the rights that ship.
@Execution(ExecutionMode.CONCURRENT)
class CleanupIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private OperatorUnderTest operator;
    private Instant start;

    @BeforeEach
    void startOperator() {
        operator = OperatorUnderTest.start(kubernetes);
        start = operator.clock.instant().truncatedTo(ChronoUnit.SECONDS);
    }

    @AfterEach
    void stopOperator() {
        operator.close();
    }

    @Test
    void deletesATokenWhoseSessionEndedAtTheDeadlineAndNotBefore() {
        operator.create(token("idle"));
        operator.createStore("crm", "{sessionTimeout: 10h}");
        var status = operator.awaitStatus("crm", s -> s.nextCleanupTime() != null);
        assertThat(status.nextCleanupTime())
                .isEqualTo(start.plus(Duration.ofHours(11)).toString());

        operator.advance(Duration.ofHours(11).minusMinutes(1), "crm");
        assertThat(operator.exists("idle")).isTrue();

        status = operator.advance(Duration.ofMinutes(1), "crm");
        assertThat(operator.exists("idle")).isFalse();
        assertThat(Objects.requireNonNull(status.lastCleanup()).deleted()).containsOnly(entry("SessionEnded", 1));
        assertThat(status.tokens()).isEqualTo(new TokenCounts(0, 0, 0, 0, 0));
        assertThat(status.nextCleanupTime()).isNull();
    }

    @Test
    void aTokenIsOneOfTheStoresByTypeAndStoreLabelAlone() {
        operator.create(token("planted").withoutLabelOfItsManager());
        operator.createStore("crm", "{sessionTimeout: 10h}");
        var status = operator.awaitStatus("crm", s -> s.nextCleanupTime() != null);
        assertThat(Objects.requireNonNull(status.tokens()).total()).isEqualTo(1);

        operator.advance(Duration.ofHours(11), "crm");

        assertThat(operator.exists("planted")).isFalse();
    }

    @Test
    void aTokenWithoutItsAgeIsAsOldAsItsSecret() {
        operator.create(token("ageless").with(TokenSecretLayout.CREATED_AT, null));
        operator.createStore("crm", "{maxTokenAge: 10h}");
        operator.awaitStatus("crm", s -> s.nextCleanupTime() != null);

        operator.advance(Duration.ofHours(9), "crm");
        assertThat(operator.exists("ageless")).isTrue();

        operator.advance(Duration.ofHours(1).plusMinutes(1), "crm");
        operator.awaitGone("ageless");
    }

    /// A finalizer may hold its Secret for as long as somebody wants.
    @Test
    void aTokenThatWasDeletedInTheForegroundIsGone() {
        operator.create(token("deleted"));
        operator.create(token("stays"));
        operator.createStore("crm", "{sessionTimeout: 10h}");
        operator.awaitStatus("crm", s -> s.tokens() != null && s.tokens().total() == 2);

        kubernetes
                .admin()
                .secrets()
                .inNamespace(operator.namespace)
                .withName("deleted")
                .withPropagationPolicy(DeletionPropagation.FOREGROUND)
                .delete();
        operator.clock.advance(Duration.ofSeconds(31));

        operator.awaitStatus("crm", s -> s.tokens() != null && s.tokens().total() == 1);
        assertThat(operator.exists("deleted")).isTrue();
    }

    @Test
    void wakesAtTheDeadlineByItself() {
        var saved = operator.clock.instant();
        operator.create(TokenSecret.of("crm", "short", saved));
        operator.createStore("crm", "{sessionTimeout: 3s}");

        operator.awaitGone("short");

        var deadline = saved.plusMillis(3300);
        assertThat(operator.requests.sent())
                .filteredOn(sent -> sent.method().equals("DELETE"))
                .singleElement()
                .satisfies(
                        sent -> assertThat(sent.at()).isAfterOrEqualTo(deadline).isBefore(deadline.plusSeconds(1)));
    }

    @Test
    void whatPeopleWriteBesideATokenInOtherAlphabetsDisturbsNoWatch() {
        operator.create(token("annotated"));
        operator.createStore("crm", "{sessionTimeout: 10h}");
        operator.awaitStatus("crm", s -> s.nextCleanupTime() != null);
        var requestsBefore = operator.requests.sent().size();

        operator.annotate(
                "annotated", Map.of("example.com/owner", "J\u00fcrgen \u4f50\u85e4 \ud83d\udd11".repeat(200)));
        operator.advance(Duration.ofHours(10), "crm");
        operator.annotate(
                "annotated",
                Map.of(TokenSecretLayout.LAST_USED_AT, operator.clock.instant().toString()));
        operator.advance(Duration.ofHours(2), "crm");

        assertThat(operator.exists("annotated")).isTrue();
        // one that broke off would be begun again after a second
        await().during(Duration.ofSeconds(3))
                .until(() ->
                        operator.requests.sent().stream().skip(requestsBefore).noneMatch(RecordedRequests.Sent::watch));
    }

    @Test
    void aSessionGoesOnWhileTheTokenIsUsed() {
        operator.create(token("used"));
        operator.createStore("crm", "{sessionTimeout: 10h}");
        operator.awaitReady("crm");

        operator.advance(Duration.ofHours(10), "crm");
        operator.annotate(
                "used",
                Map.of(TokenSecretLayout.LAST_USED_AT, operator.clock.instant().toString()));
        operator.awaitStatus("crm", s -> s.nextCleanupTime() != null);
        operator.advance(Duration.ofHours(2), "crm");

        assertThat(operator.exists("used")).isTrue();
    }

    @Test
    void deletesATokenAtItsMaximumAgeHoweverMuchItIsUsed() {
        operator.create(token("old")
                .with(
                        TokenSecretLayout.CREATED_AT,
                        start.minus(Duration.ofHours(99)).toString()));
        operator.create(token("young"));
        operator.createStore("crm", "{maxTokenAge: 100h}");
        operator.awaitReady("crm");

        var status = operator.advance(Duration.ofMinutes(61), "crm");

        assertThat(operator.exists("old")).isFalse();
        assertThat(operator.exists("young")).isTrue();
        assertThat(Objects.requireNonNull(status.lastCleanup()).deleted()).containsOnly(entry("TooOld", 1));
    }

    @Test
    void deletesExpiredTokensThatNothingCanRenewAndNoOthers() {
        operator.create(token("dead").withoutRefreshToken());
        operator.create(token("renewable"));
        operator.create(token("endless").withoutRefreshToken().with(TokenSecretLayout.ACCESS_EXPIRES_AT, null));
        operator.createStore("crm", "{cleanup: {expired: {after: 24h}}}");
        operator.awaitReady("crm");

        assertThat(operator.advance(Duration.ofHours(2), "crm").tokens()).isEqualTo(new TokenCounts(3, 1, 1, 1, 0));
        assertThat(operator.exists("dead")).isTrue();

        var status = operator.advance(Duration.ofHours(24), "crm");
        assertThat(operator.exists("dead")).isFalse();
        assertThat(status.tokens()).isEqualTo(new TokenCounts(2, 1, 0, 1, 0));
        assertThat(Objects.requireNonNull(status.lastCleanup()).deleted()).containsOnly(entry("Expired", 1));
    }

    @Test
    void deletesWhatHoldsNoCredentialOrWasNeverFinished() {
        operator.create(token("empty").withoutCredentials());
        operator.create(token("pending").with(TokenSecretLayout.STATE, TokenSecretLayout.PENDING));
        operator.create(token("good"));
        operator.createStore("crm", "{cleanup: {unusable: {after: 1h}}}");
        operator.awaitReady("crm");

        assertThat(operator.advance(Duration.ofMinutes(2), "crm").tokens()).isEqualTo(new TokenCounts(3, 1, 0, 0, 2));

        var status = operator.advance(Duration.ofHours(1), "crm");
        assertThat(operator.exists("empty")).isFalse();
        assertThat(operator.exists("pending")).isFalse();
        assertThat(operator.exists("good")).isTrue();
        assertThat(Objects.requireNonNull(status.lastCleanup()).deleted()).containsOnly(entry("Unusable", 2));
    }

    @Test
    void keepsWhatNoFieldAsksToDelete() {
        operator.create(token("dead").withoutRefreshToken());
        operator.create(token("empty").withoutCredentials());
        operator.createStore("crm", "{}");
        operator.awaitReady("crm");

        var status = operator.advance(Duration.ofDays(3650), "crm");

        assertThat(status.tokens()).isEqualTo(new TokenCounts(2, 0, 1, 0, 1));
        assertThat(operator.exists("dead")).isTrue();
        assertThat(operator.exists("empty")).isTrue();
    }

    @Test
    void neverDeletesATokenThatSomeoneWantsToKeep() {
        operator.create(token("kept").with(TokenSecretLayout.KEEP, "true"));
        operator.create(token("lost"));
        operator.createStore("crm", "{sessionTimeout: 1h}");
        operator.awaitReady("crm");

        operator.advance(Duration.ofDays(365), "crm");

        assertThat(operator.exists("kept")).isTrue();
        assertThat(operator.exists("lost")).isFalse();
    }

    @Test
    void neverDeletesForGarbageInAnnotationsNorAnUnknownLayout() {
        operator.create(token("garbage")
                .with(TokenSecretLayout.CREATED_AT, "yesterday")
                .with(TokenSecretLayout.SAVED_AT, "1970")
                .with(TokenSecretLayout.LAST_USED_AT, "")
                .with(TokenSecretLayout.ACCESS_EXPIRES_AT, "-1")
                .with(TokenSecretLayout.RENEWABLE, "no")
                .with(TokenSecretLayout.STATE, "?"));
        operator.create(token("newer").with(TokenSecretLayout.LAYOUT, "2"));
        operator.create(token("lost"));
        operator.createStore("crm", "{sessionTimeout: 1h, cleanup: {expired: {after: 0s}, unusable: {after: 0s}}}");
        operator.awaitReady("crm");

        var status = operator.advance(Duration.ofDays(3650), "crm");

        assertThat(operator.exists("garbage")).isTrue();
        assertThat(operator.exists("newer")).isTrue();
        assertThat(operator.exists("lost")).isFalse();
        assertThat(status.tokens()).isEqualTo(new TokenCounts(2, 1, 0, 0, 1));
    }

    @Test
    void leavesOtherStoresAndOtherSecretsAlone() {
        operator.create(token("mine"));
        operator.create(TokenSecret.of("billing", "theirs", start));
        operator.create(token("opaque").ofType("Opaque"));
        operator.createStore("crm", "{sessionTimeout: 1h}");
        operator.createStore("billing", "{}");
        operator.awaitReady("billing");
        assertThat(operator.awaitReady("crm").tokens()).isEqualTo(new TokenCounts(1, 1, 0, 0, 0));

        operator.advance(Duration.ofDays(1), "crm");

        assertThat(operator.exists("mine")).isFalse();
        assertThat(operator.exists("theirs")).isTrue();
        assertThat(operator.exists("opaque")).isTrue();
    }

    @Test
    void aRestartDeletesNothingEarly() {
        operator.create(token("idle"));
        operator.createStore("crm", "{sessionTimeout: 10h}");
        operator.awaitReady("crm");
        operator.advance(Duration.ofHours(10), "crm");

        operator.stop();
        operator.start();
        operator.advance(Duration.ofMinutes(59), "crm");
        assertThat(operator.exists("idle")).isTrue();

        operator.advance(Duration.ofMinutes(2), "crm");
        assertThat(operator.exists("idle")).isFalse();
    }

    @Test
    void deletesWhatBecameDueWhileItWasDown() {
        operator.create(token("idle"));
        operator.createStore("crm", "{sessionTimeout: 10h}");
        operator.awaitReady("crm");

        operator.stop();
        operator.clock.advance(Duration.ofHours(12));
        operator.start();

        operator.awaitGone("idle");
    }

    private TokenSecret token(String name) {
        return TokenSecret.of("crm", name, start);
    }
}
