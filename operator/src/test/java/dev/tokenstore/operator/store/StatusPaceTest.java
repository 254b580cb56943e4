package dev.tokenstore.operator.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.api.OAuthTokenStoreStatus.LastCleanup;
import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import dev.tokenstore.operator.condition.Conditions;
import dev.tokenstore.operator.condition.Verdict;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StatusPaceTest {
    private static final Instant WRITTEN = Instant.parse("2030-01-01T00:00:00Z");
    private static final Instant NOW = WRITTEN.plusSeconds(10);
    private static final List<Condition> READY = new Conditions(InstantSource.fixed(WRITTEN))
            .with(List.of(), "Ready", new Verdict.True("TokensWatched", ""), 1);

    private final StatusPace pace = new StatusPace();

    @BeforeEach
    void wrote() {
        pace.written(WRITTEN);
    }

    @Test
    void whatIsSaidAlreadyIsNotSaidAgain() {
        assertThat(pace.due(status(1, null, READY), status(1, null, READY), NOW))
                .isEmpty();
    }

    @Test
    void countsWaitForHalfAMinuteSinceTheLastWrite() {
        assertThat(pace.due(status(1, null, READY), status(2, null, READY), NOW))
                .contains(WRITTEN.plusSeconds(30));
        assertThat(pace.due(status(1, null, READY), status(2, null, READY), WRITTEN.plusSeconds(30)))
                .contains(WRITTEN.plusSeconds(30));
    }

    @Test
    void aCleanupWaitsToo() {
        var cleanup = new LastCleanup(NOW.toString(), Map.of("TooOld", 1), null);

        assertThat(pace.due(status(1, null, READY), status(1, cleanup, READY), NOW))
                .contains(WRITTEN.plusSeconds(30));
    }

    @Test
    void aVerdictIsToldAtOnce() {
        var notReady = new Conditions(InstantSource.fixed(NOW))
                .with(READY, "Ready", new Verdict.False("SecretsNotAccessible", ""), 1);

        assertThat(pace.due(status(1, null, READY), status(1, null, notReady), NOW))
                .contains(NOW);
    }

    @Test
    void theFirstWriteWaitsForNothing() {
        var fresh = new StatusPace();

        assertThat(fresh.due(null, status(1, null, READY), NOW)).contains(NOW);
        assertThat(fresh.due(status(1, null, READY), status(2, null, READY), NOW))
                .contains(NOW);
    }

    private static OAuthTokenStoreStatus status(
            int valid, @Nullable LastCleanup lastCleanup, List<Condition> conditions) {
        return new OAuthTokenStoreStatus(1L, new TokenCounts(valid, valid, 0, 0, 0), null, lastCleanup, conditions);
    }
}
