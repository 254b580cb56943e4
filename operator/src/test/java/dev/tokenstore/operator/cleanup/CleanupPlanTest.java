package dev.tokenstore.operator.cleanup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.api.TokenFacts;
import dev.tokenstore.api.TokenFacts.Credentials;
import dev.tokenstore.api.TokenFacts.Renewal;
import dev.tokenstore.operator.cleanup.CleanupPlan.DueToken;
import dev.tokenstore.operator.token.IndexedToken;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class CleanupPlanTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00Z");
    private static final RetentionPolicy POLICY =
            RetentionPolicy.of(new OAuthTokenStoreSpec("10h", null, null, null, null, null, null));

    @Test
    void anEmptyStoreHasNothingToDo() {
        var plan = CleanupPlan.of(List.of(), POLICY, NOW);

        assertThat(plan)
                .isEqualTo(new CleanupPlan(new TokenCounts(0, 0, 0, 0, 0), 0, List.of(), null, null, null, null));
    }

    @Test
    void aTokenIsDueAtItsDeadlineExactly() {
        var token = savedAt(NOW);

        assertThat(CleanupPlan.of(
                                List.of(token),
                                POLICY,
                                NOW.plus(Duration.ofHours(11)).minusNanos(1))
                        .due())
                .isEmpty();
        assertThat(CleanupPlan.of(List.of(token), POLICY, NOW.plus(Duration.ofHours(11)))
                        .due())
                .containsExactly(new DueToken(token, EndReason.SESSION_ENDED));
    }

    @Test
    void theNextDeadlineIsTheEarliestOfThoseToCome() {
        var plan = CleanupPlan.of(
                List.of(
                        savedAt(NOW),
                        savedAt(NOW.minus(Duration.ofHours(5))),
                        savedAt(NOW.minus(Duration.ofHours(12)))),
                POLICY,
                NOW);

        assertThat(plan.due()).hasSize(1);
        assertThat(plan.next()).isEqualTo(NOW.plus(Duration.ofHours(6)));
    }

    @Test
    void tellsWhenTimeAloneChangesTheCounts() {
        var plan = CleanupPlan.of(List.of(savedAt(NOW), savedAt(NOW.minus(Duration.ofMinutes(50)))), POLICY, NOW);

        assertThat(plan.counts()).isEqualTo(new TokenCounts(2, 2, 0, 0, 0));
        assertThat(plan.nextCount()).isEqualTo(NOW.plus(Duration.ofMinutes(10)));
    }

    @Test
    void aTokenThatIsBeingDeletedIsGone() {
        var token = savedAt(NOW.minus(Duration.ofHours(12)));
        var terminating = new IndexedToken("a", "uid", "1", "crm", true, token.facts());

        var plan = CleanupPlan.of(List.of(terminating), POLICY, NOW);

        assertThat(plan.due()).isEmpty();
        assertThat(plan.total()).isZero();
    }

    /// Confirmed, renewable, valid for an hour from its save.
    private static IndexedToken savedAt(Instant moment) {
        return new IndexedToken(
                "a",
                "uid",
                "1",
                "crm",
                false,
                new TokenFacts(
                        true,
                        false,
                        false,
                        moment,
                        moment,
                        moment,
                        moment,
                        moment,
                        moment.plus(Duration.ofHours(1)),
                        Renewal.POSSIBLE,
                        Credentials.ACCESS_AND_RENEWAL));
    }
}
