package dev.tokenstore.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.testing.KubernetesForTests;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The race that matters: a write that lands between the operator's decision and its deletion.
class RaceIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    @Test
    void aTokenRefreshedBetweenTheDecisionAndItsDeletionSurvives() {
        try (var operator = OperatorUnderTest.start(kubernetes)) {
            operator.create(TokenSecret.of("crm", "refreshed", operator.clock.instant()));
            operator.createStore("crm", "{sessionTimeout: 10h}");
            operator.awaitReady("crm");
            var refreshed = new AtomicBoolean();
            operator.requests.beforeNextDelete(() -> {
                var now = operator.clock.instant();
                operator.annotate(
                        "refreshed",
                        Map.of(
                                TokenSecretLayout.SAVED_AT, now.toString(),
                                TokenSecretLayout.ACCESS_EXPIRES_AT,
                                        now.plus(Duration.ofHours(1)).toString()));
                refreshed.set(true);
            });

            var status = operator.advance(Duration.ofHours(12), "crm");

            assertThat(refreshed).isTrue();
            assertThat(operator.requests.sent())
                    .filteredOn(sent -> sent.method().equals("DELETE"))
                    .hasSize(1);
            assertThat(operator.exists("refreshed")).isTrue();
            assertThat(status.lastCleanup()).isNull();
            assertThat(operator.registry
                            .get("tokenstore.deletions.changed")
                            .counter()
                            .count())
                    .isEqualTo(1);

            // looked at again: its session goes on from the refresh
            operator.awaitStatus("crm", s -> s.nextCleanupTime() != null);
            assertThat(operator.advance(Duration.ofHours(10), "crm").tokens())
                    .isEqualTo(new TokenCounts(1, 0, 0, 1, 0));
            operator.advance(Duration.ofHours(1).plusSeconds(1), "crm");
            assertThat(operator.exists("refreshed")).isFalse();
        }
    }
}
