package dev.tokenstore.operator.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import dev.tokenstore.operator.cleanup.CleanupMode;
import dev.tokenstore.operator.cleanup.CleanupPlan;
import dev.tokenstore.operator.cleanup.TokenDeletion;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StoreMetersTest {
    private static final Instant NEXT_CLEANUP = Instant.ofEpochSecond(1_800_000_000);

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final StoreMeters meters = new StoreMeters(registry, "crm-tokens", "crm");

    @Test
    void showsTokensByStateTheLimitAndDeletionsByReason() {
        meters.observed(plan(NEXT_CLEANUP), CleanupMode.DELETE, 100);
        meters.deleted(new TokenDeletion.Result(Map.of(EndReason.TOO_OLD, 7), 2, 1, false));

        assertThat(registry.scrape())
                .contains("tokenstore_tokens{namespace=\"crm-tokens\",state=\"valid\",store=\"crm\"} 4.0")
                .contains("tokenstore_tokens_limit{namespace=\"crm-tokens\",store=\"crm\"} 100.0")
                .contains("tokenstore_next_cleanup_timestamp_seconds{namespace=\"crm-tokens\",store=\"crm\"} 1.8E9")
                .contains(
                        "tokenstore_tokens_deleted_total{namespace=\"crm-tokens\",reason=\"TooOld\",store=\"crm\"} 7.0")
                .contains("tokenstore_deletions_changed_total{namespace=\"crm-tokens\",store=\"crm\"} 2.0")
                .contains("tokenstore_deletions_failed_total{namespace=\"crm-tokens\",store=\"crm\"} 1.0");
    }

    @Test
    void countersBeginAtZeroSoThatTheFirstDeletionIsAnIncrease() {
        meters.observed(plan(null), CleanupMode.DELETE, 100);

        assertThat(registry.scrape())
                .contains("reason=\"SessionEnded\",store=\"crm\"} 0.0")
                .contains("tokenstore_deletions_failed_total{namespace=\"crm-tokens\",store=\"crm\"} 0.0");
    }

    @Test
    void noCleanupIsToComeWhileNothingIsDeleted() {
        meters.observed(plan(NEXT_CLEANUP), CleanupMode.DRY_RUN, 100);

        assertThat(registry.scrape())
                .contains("tokenstore_next_cleanup_timestamp_seconds{namespace=\"crm-tokens\",store=\"crm\"} NaN");
    }

    @Test
    void aConditionHasExactlyOneStatus() {
        meters.conditions(List.of(condition("Ready", "True")));
        meters.conditions(List.of(condition("Ready", "Unknown")));

        assertThat(registry.scrape())
                .contains("status=\"True\",store=\"crm\",type=\"Ready\"} 0.0")
                .contains("status=\"False\",store=\"crm\",type=\"Ready\"} 0.0")
                .contains("status=\"Unknown\",store=\"crm\",type=\"Ready\"} 1.0");
    }

    @Test
    void countsAreNotShownWhileTheTokensCannotBeSeen() {
        meters.observed(plan(null), CleanupMode.DELETE, 100);
        meters.deleted(new TokenDeletion.Result(Map.of(EndReason.TOO_OLD, 7), 0, 0, false));

        meters.unknown();
        assertThat(registry.scrape())
                .doesNotContain("tokenstore_tokens{")
                .contains("reason=\"TooOld\",store=\"crm\"} 7.0");

        meters.observed(plan(null), CleanupMode.DELETE, 100);
        assertThat(registry.scrape()).contains("tokenstore_tokens{");
    }

    @Test
    void nothingIsLeftOfAStoreThatIsGone() {
        meters.observed(plan(null), CleanupMode.DELETE, 100);
        meters.conditions(List.of(condition("Ready", "True")));
        meters.deleted(new TokenDeletion.Result(Map.of(EndReason.TOO_OLD, 7), 1, 1, false));

        meters.close();

        assertThat(registry.scrape()).doesNotContain("crm");
    }

    private static CleanupPlan plan(@Nullable Instant next) {
        return new CleanupPlan(new TokenCounts(10, 4, 3, 2, 1), 0, List.of(), next, null, null, null);
    }

    private static Condition condition(String type, String status) {
        return new ConditionBuilder().withType(type).withStatus(status).build();
    }
}
