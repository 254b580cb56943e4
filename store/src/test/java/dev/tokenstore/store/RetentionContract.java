package dev.tokenstore.store;

import static dev.tokenstore.store.SampleToken.A;
import static dev.tokenstore.store.SampleToken.B;
import static dev.tokenstore.store.SampleToken.token;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.store.token.TokenFields;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// A token whose time is over by the store's policy is a deleted one, whether or not someone deleted it already.
interface RetentionContract extends StoreContract {
    OAuthTokenStoreSpec SHORT_LIVED = policy(null, "2s");

    /// A store's clock may be this much behind the time at first.
    Duration IMPRECISION = Duration.ofSeconds(1);

    static OAuthTokenStoreSpec policy(@Nullable String sessionTimeout, @Nullable String maxTokenAge) {
        return new OAuthTokenStoreSpec(sessionTimeout, maxTokenAge, null, null, null, null, null);
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @Conformance({"R1", "R6a", "R14"})
    default void aTokenWhoseTimeIsOverIsMissedByEveryRead() {
        try (var data = newStore(SHORT_LIVED);
                var caller = Caller.of(data)) {
            var over = caller.save(A);
            assertThat(caller.find(token().user("alice:1"))).isPresent();
            await().until(() -> caller.tokens().isEmpty());

            assertThat(caller.byId(over)).isEmpty();
            assertThat(caller.find(token().id(over))).isEmpty();
            assertThat(caller.find(token().user("alice:1"))).isEmpty();
            assertThat(caller.find(token().access("AA"))).isEmpty();
            assertThat(caller.find(token().refresh("RA").cc())).isEmpty();
            assertThat(caller.find(token().grant("GA").cc())).isEmpty();
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @Conformance({"R5", "R6", "R6a"})
    default void aSaveWithItsIdIsRefusedAndOneThatWouldMatchItMakesANewRow() {
        try (var data = newStore(SHORT_LIVED);
                var caller = Caller.of(data)) {
            var over = caller.save(A);
            await().until(() -> caller.byId(over).isEmpty());

            assertThat(caller.trySave(token().id(over).access("NEW"))).isEqualTo(new SaveResult.TokenDeleted());
            assertThat(caller.trySave(new SampleToken(over.fields()))).isEqualTo(new SaveResult.TokenDeleted());
            var anew = caller.save(A.access("NEW"));

            assertThat(Caller.idOf(anew)).isNotEqualTo(Caller.idOf(over));
            assertThat(anew.createTime()).isAfter(over.createTime());
            assertThat(caller.tokens()).containsExactly(anew.fields());
            assertThat(caller.trySave(token().id(over).access("LATE"))).isEqualTo(new SaveResult.TokenDeleted());
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @Conformance({"R6a", "R12"})
    default void anIdTheCallerChoseMayBeSavedAgainOnceItsTokensTimeIsOver() {
        try (var data = newStore(SHORT_LIVED);
                var caller = Caller.of(data)) {
            var chosen = token().id("k8s/not numeric:α").user("u").refresh("R");
            var first = caller.save(chosen);
            await().until(() -> caller.byId(first).isEmpty());

            assertThat(caller.trySave(chosen, first.version()))
                    .isInstanceOfSatisfying(
                            SaveResult.VersionConflict.class,
                            conflict -> assertThat(conflict.currentVersion()).isEmpty());
            var second = caller.save(chosen);

            assertThat(second.version()).isNotEqualTo(first.version());
            assertThat(caller.tokens()).containsExactly(second.fields());
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @Conformance("R13")
    default void aTokenWhoseTimeIsOverCanStillBeDeleted() {
        try (var data = newStore(SHORT_LIVED);
                var caller = Caller.of(data)) {
            var over = caller.save(A);
            await().until(() -> caller.byId(over).isEmpty());

            caller.delete(over);
            caller.delete(over);

            assertThat(caller.store().deleteAll()).isZero();
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    @Conformance("R1")
    default void aSessionGoesOnAsLongAsItsTokenIsReadAndEndsNotBeforeItsTimeAfterTheLastRead() {
        var timeout = Duration.ofSeconds(4);
        try (var data = newStore(policy(timeout.toSeconds() + "s", null));
                var caller = Caller.of(data);
                var another = Caller.of(data)) {
            var used = caller.save(A);
            var unused = caller.save(B);

            await().until(() -> {
                assertThat(caller.byId(used)).isPresent();
                return !another.tokens().contains(unused.fields());
            });
            assertThat(caller.find(token().user("alice:1"))).isPresent();
            var lastUse = System.nanoTime();
            await().until(() -> another.tokens().isEmpty());

            assertThat(Duration.ofNanos(System.nanoTime() - lastUse)).isGreaterThan(timeout.minus(IMPRECISION));
            assertThat(another.byId(used)).isEmpty();
        }
    }

    @Test
    @Conformance({"R1", "R7"})
    default void anExpiredAccessTokenIsNoReasonToMissAToken() {
        try (var data = newStore(policy("1h", "2h"));
                var caller = Caller.of(data)) {
            var expired = caller.save(token().user("u").access("A").expires("1500000000000"));

            assertThat(caller.byId(expired)).isPresent();
            var renewed = caller.save(token().user("u").access("B").expires("1500000000000"));
            assertThat(caller.tokens()).extracting(TokenFields::toString).hasSize(1);
            assertThat(Caller.idOf(renewed)).isEqualTo(Caller.idOf(expired));
        }
    }
}
