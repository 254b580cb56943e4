package dev.tokenstore.operator.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.api.OAuthTokenStoreStatus.LastCleanup;
import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StoreStateTest {
    private static final Instant WRITTEN = Instant.parse("2030-01-01T00:00:00Z");
    private static final Instant NOW = WRITTEN.plusSeconds(10);
    private static final List<Condition> READY = new Conditions(InstantSource.fixed(WRITTEN))
            .with(List.of(), "Ready", new Verdict.True("TokensWatched", ""), 1);

    private final AtomicReference<Instant> clock = new AtomicReference<>(NOW);

    @Test
    void anUnchangedStatusIsNotWrittenAgain() {
        assertThat(written(status(1, null, READY)).statusDue(status(1, null, READY), NOW))
                .isEmpty();
    }

    @Test
    void countsWaitForHalfAMinuteSinceTheLastWrite() {
        var state = written(status(1, null, READY));

        assertThat(state.statusDue(status(2, null, READY), NOW)).contains(WRITTEN.plusSeconds(30));
        assertThat(state.statusDue(status(2, null, READY), WRITTEN.plusSeconds(30)))
                .contains(WRITTEN.plusSeconds(30));
    }

    @Test
    void aCleanupWaitsToo() {
        var cleanup = new LastCleanup(NOW.toString(), Map.of("TooOld", 1), null);

        assertThat(written(status(1, null, READY)).statusDue(status(1, cleanup, READY), NOW))
                .contains(WRITTEN.plusSeconds(30));
    }

    @Test
    void aVerdictIsWrittenAtOnce() {
        var notReady = new Conditions(InstantSource.fixed(NOW))
                .with(READY, "Ready", new Verdict.False("SecretsNotAccessible", ""), 1);

        assertThat(written(status(1, null, READY)).statusDue(status(1, null, notReady), NOW))
                .contains(NOW);
    }

    @Test
    void theFirstWriteWaitsForNothing() {
        assertThat(state("crm", null).statusDue(status(1, null, READY), NOW)).contains(NOW);
        assertThat(state("crm", status(1, null, READY)).statusDue(status(2, null, READY), NOW))
                .contains(NOW);
    }

    @Test
    void aStoreMayEmitABurstOfEventsAndThenOneAMinute() {
        var state = state("crm", null);

        assertThat(IntStream.range(0, 100)
                        .filter(i -> state.allowsEvent("TokensDeleted"))
                        .count())
                .isEqualTo(StoreState.EVENT_BURST);

        clock.set(NOW.plus(StoreState.EVENT_INTERVAL));
        assertThat(state.allowsEvent("TokensDeleted")).isTrue();
        assertThat(state.allowsEvent("TokensDeleted")).isFalse();
    }

    @Test
    void reasonsAndStoresHaveLimitsOfTheirOwn() {
        var state = state("crm", null);
        IntStream.range(0, 100).forEach(i -> state.allowsEvent("TokensDeleted"));

        assertThat(state.allowsEvent("CleanupHeld")).isTrue();
        assertThat(state("billing", null).allowsEvent("TokensDeleted")).isTrue();
    }

    private StoreState written(OAuthTokenStoreStatus status) {
        var state = state("crm", null);
        state.statusWritten(status, WRITTEN);
        return state;
    }

    private StoreState state(String name, @Nullable OAuthTokenStoreStatus status) {
        var store = new OAuthTokenStore();
        store.setMetadata(new ObjectMetaBuilder()
                .withNamespace("tokens")
                .withName(name)
                .withUid("uid-of-" + name)
                .build());
        store.setStatus(status);
        return new StoreState(store, new SimpleMeterRegistry(), clock::get);
    }

    private static OAuthTokenStoreStatus status(
            int valid, @Nullable LastCleanup lastCleanup, List<Condition> conditions) {
        return new OAuthTokenStoreStatus(1L, new TokenCounts(valid, valid, 0, 0, 0), null, lastCleanup, conditions);
    }
}
