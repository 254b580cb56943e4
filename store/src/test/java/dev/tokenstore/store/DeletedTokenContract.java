package dev.tokenstore.store;

import static dev.tokenstore.store.SampleToken.A;
import static dev.tokenstore.store.SampleToken.B;
import static dev.tokenstore.store.SampleToken.token;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// A late save never revives a deleted token, and no generated id is used again.
interface DeletedTokenContract extends StoreContract {
    @Test
    @Conformance({"C47", "R6", "R6a"})
    default void theIdOfADeletedTokenIsNeverUsedAgainAndASaveWithItIsRefused() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var b = caller.saveAll(A, B).get(1);
            caller.delete(b);

            var fresh = caller.save(token().user("carol").refresh("RC"));
            var again = caller.save(token().user("bob:1").refresh("RB").access("AB"));
            var before = caller.tokens();

            assertThat(Caller.idOf(fresh)).isNotEqualTo(Caller.idOf(b));
            assertThat(Caller.idOf(again)).isNotEqualTo(Caller.idOf(b));
            assertThat(caller.trySave(token().id(b).access("AB3"))).isEqualTo(new SaveResult.TokenDeleted());
            assertThat(caller.tokens()).isEqualTo(before);
        }
    }

    @Test
    @Conformance("R6a")
    default void aSaveWithADeletedIdIsRefusedWhateverTheOtherFieldsMatchOrLack() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var b = caller.saveAll(A, B).get(1);
            caller.delete(b);
            var before = caller.tokens();

            assertThat(caller.trySave(token().id(b))).isEqualTo(new SaveResult.TokenDeleted());
            assertThat(caller.trySave(token().id(b).user("bob:1"))).isEqualTo(new SaveResult.TokenDeleted());
            assertThat(caller.trySave(new SampleToken(b.fields()))).isEqualTo(new SaveResult.TokenDeleted());
            assertThat(caller.trySave(token().id(b).user("alice:1").access("NEW")))
                    .isEqualTo(new SaveResult.TokenDeleted());
            assertThat(caller.trySave(token().id(b).refresh("RA").cc())).isEqualTo(new SaveResult.TokenDeleted());
            assertThat(caller.trySave(token().id(b).access("NEW"), b.version()))
                    .isEqualTo(new SaveResult.TokenDeleted());
            assertThat(caller.tokens()).isEqualTo(before);
        }
    }

    @Test
    @Conformance({"R6", "R6a"})
    default void deletingEverythingFreesNoIdEither() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var rows = caller.saveAll(A, B);
            caller.store().deleteAll();

            for (var row : rows) {
                assertThat(caller.trySave(new SampleToken(row.fields()))).isEqualTo(new SaveResult.TokenDeleted());
            }
            assertThat(caller.tokens()).isEmpty();
            assertThat(caller.saveAll(A, B))
                    .extracting(Caller::idOf)
                    .doesNotContainAnyElementsOf(rows.stream().map(Caller::idOf).toList());
        }
    }

    @Test
    @Conformance({"R6a", "R12"})
    default void anIdTheCallerChoseMayBeSavedAgain() {
        try (var data = newStore();
                var caller = Caller.of(data)) {
            var chosen = token().id("k8s/not numeric:α").user("u").refresh("R");
            var first = caller.save(chosen);
            caller.delete(first);

            var second = caller.save(chosen);

            assertThat(second.fields()).isEqualTo(first.fields());
            assertThat(second.version()).isNotEqualTo(first.version());
            assertThat(caller.tokens()).containsExactly(second.fields());
        }
    }

    @Test
    @Conformance("R6a")
    default void anIdIsBoundToTheStoreAndNotToTheSidecarThatGeneratedIt() {
        try (var data = newStore();
                var caller = Caller.of(data);
                var other = Caller.of(data)) {
            var row = caller.save(A);
            other.delete(row);

            assertThat(caller.trySave(new SampleToken(row.fields()))).isEqualTo(new SaveResult.TokenDeleted());
            assertThat(other.trySave(new SampleToken(row.fields()))).isEqualTo(new SaveResult.TokenDeleted());
            try (var third = Caller.of(data)) {
                assertThat(third.trySave(new SampleToken(row.fields()))).isEqualTo(new SaveResult.TokenDeleted());
                assertThat(third.tokens()).isEmpty();
            }
        }
    }
}
