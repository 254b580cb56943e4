package dev.tokenstore.operator;

import static dev.tokenstore.operator.OperatorUnderTest.condition;
import static dev.tokenstore.operator.OperatorUnderTest.is;
import static java.util.Map.entry;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import dev.tokenstore.operator.cleanup.TokenDeletion;
import dev.tokenstore.testing.KubernetesForTests;
import java.time.Duration;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// What the operator says: status, conditions, events; and what it needs to see for that.
@Execution(ExecutionMode.CONCURRENT)
class StatusIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    @Test
    void becomesReadyAndCounts() {
        try (var operator = OperatorUnderTest.start(kubernetes)) {
            operator.createStore("crm", "{}");
            assertThat(operator.awaitReady("crm").tokens()).isEqualTo(new TokenCounts(0, 0, 0, 0, 0));

            var now = operator.clock.instant();
            operator.create(TokenSecret.of("crm", "one", now));
            operator.create(TokenSecret.of("crm", "two", now));
            operator.clock.advance(Duration.ofSeconds(30));

            var status = operator.awaitStatus("crm", s -> new TokenCounts(2, 2, 0, 0, 0).equals(s.tokens()));
            assertThat(status.observedGeneration()).isEqualTo(1);
            assertThat(is(status, "CleanedUp", "True")).isTrue();
            assertThat(condition(status, "CleanedUp").getReason()).isEqualTo("NothingDue");
        }
    }

    @Test
    void writesItsStatusByServerSideApply() {
        try (var operator = OperatorUnderTest.start(kubernetes)) {
            operator.createStore("crm", "{}");
            operator.awaitReady("crm");

            assertThat(operator.store("crm").getMetadata().getManagedFields())
                    .filteredOn(entry -> "status".equals(entry.getSubresource()))
                    .singleElement()
                    .satisfies(entry -> {
                        assertThat(entry.getOperation()).isEqualTo("Apply");
                        assertThat(entry.getManager()).isEqualTo("oauth-token-store");
                    });
        }
    }

    @Test
    void seesSecretsAsMetadataOnly() {
        try (var operator = OperatorUnderTest.start(kubernetes)) {
            operator.create(TokenSecret.of("crm", "idle", operator.clock.instant()));
            operator.createStore("crm", "{sessionTimeout: 1h}");
            operator.awaitReady("crm");
            operator.advance(Duration.ofHours(2), "crm");

            assertThat(operator.requests.sent())
                    .filteredOn(sent -> sent.path().contains("/secrets"))
                    .anyMatch(sent -> sent.method().equals("GET") && !sent.watch())
                    .anyMatch(sent -> sent.method().equals("DELETE"))
                    .allSatisfy(sent -> {
                        assertThat(sent.method()).isIn("GET", "DELETE");
                        assertThat(sent.path()).startsWith("/api/v1/namespaces/" + operator.namespace + "/");
                        assertThat(sent.accept()).startsWith("application/json;as=PartialObjectMetadata");
                    });
        }
    }

    @Test
    void suspendedItCountsButDeletesNothing() {
        try (var operator = OperatorUnderTest.start(kubernetes)) {
            operator.create(
                    TokenSecret.of("crm", "idle", operator.clock.instant().minus(Duration.ofHours(5))));
            operator.createStore("crm", "{sessionTimeout: 1h, suspend: true}");

            var status = operator.awaitStatus("crm", s -> is(s, "CleanedUp", "False"));
            assertThat(condition(status, "CleanedUp").getReason()).isEqualTo("Suspended");
            assertThat(condition(status, "CleanedUp").getMessage()).contains("due for deletion: 1");
            assertThat(status.tokens()).isEqualTo(new TokenCounts(1, 0, 0, 1, 0));
            assertThat(operator.exists("idle")).isTrue();
            operator.awaitEvent("Suspended");

            operator.createStore("crm", "{sessionTimeout: 1h, suspend: false}");

            operator.awaitGone("idle");
            operator.awaitEvent("Resumed");
        }
    }

    @Test
    void tellsOfACleanupInOneEventThatNamesNoToken() {
        try (var operator = OperatorUnderTest.start(kubernetes)) {
            var now = operator.clock.instant();
            operator.create(TokenSecret.of("crm", "first", now));
            operator.create(TokenSecret.of("crm", "second", now));
            operator.createStore("crm", "{sessionTimeout: 1h}");
            operator.awaitReady("crm");
            operator.advance(Duration.ofHours(2), "crm");

            var event = operator.awaitEvent("TokensDeleted");

            assertThat(event.getNote()).isEqualTo("Deleted tokens: 2 (SessionEnded 2)");
            assertThat(event.getRegarding().getName()).isEqualTo("crm");
            assertThat(operator.events("TokensDeleted")).hasSize(1);
        }
    }

    @Test
    void tellsOfALargeCleanupAsOne() {
        try (var operator = OperatorUnderTest.start(kubernetes)) {
            var now = operator.clock.instant();
            IntStream.range(0, TokenDeletion.BATCH + 1)
                    .parallel()
                    .forEach(i -> operator.create(TokenSecret.of("crm", "token-" + i, now)));
            operator.createStore("crm", "{sessionTimeout: 1h, cleanup: {maxPercent: 100}}");
            operator.awaitReady("crm");
            operator.advance(Duration.ofHours(2), "crm");

            var status = operator.awaitStatus(
                    "crm", s -> condition(s, "CleanedUp").getReason().equals("NothingDue") && s.lastCleanup() != null);
            assertThat(requireNonNull(status.lastCleanup()).deleted())
                    .containsOnly(entry("SessionEnded", TokenDeletion.BATCH + 1));
            assertThat(operator.awaitEvent("TokensDeleted").getNote())
                    .contains("SessionEnded " + (TokenDeletion.BATCH + 1));
            assertThat(operator.events("TokensDeleted")).hasSize(1);
        }
    }

    @Test
    void writesCountsAtMostEveryHalfMinute() {
        try (var operator = OperatorUnderTest.start(kubernetes)) {
            operator.createStore("crm", "{}");
            operator.awaitReady("crm");
            var written = operator.store("crm").getMetadata().getResourceVersion();

            operator.create(TokenSecret.of("crm", "one", operator.clock.instant()));
            await().until(() -> operator.registry
                            .get("tokenstore.tokens")
                            .tag("state", "valid")
                            .gauge()
                            .value()
                    == 1);

            assertThat(operator.store("crm").getMetadata().getResourceVersion()).isEqualTo(written);
        }
    }

    @Test
    void endsItsWatchWithTheLastStoreOfTheNamespace() {
        try (var operator = OperatorUnderTest.start(kubernetes)) {
            operator.createStore("crm", "{}");
            operator.awaitReady("crm");
            assertThat(lists(operator)).isEqualTo(1);

            operator.kubernetes.admin().resource(operator.store("crm")).delete();
            await().until(() -> operator.registry.find("tokenstore.tokens").gauge() == null);
            operator.createStore("billing", "{}");
            operator.awaitReady("billing");

            assertThat(lists(operator)).isEqualTo(2);
        }
    }

    /// How often the tokens were listed; a list that new rights do not permit yet is refused and repeated.
    private static long lists(OperatorUnderTest operator) {
        return operator.requests.sent().stream()
                .filter(sent -> sent.method().equals("GET") && sent.query().contains("labelSelector") && !sent.watch())
                .filter(sent -> sent.status() == 200)
                .count();
    }
}
