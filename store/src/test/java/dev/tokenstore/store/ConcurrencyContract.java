package dev.tokenstore.store;

import static dev.tokenstore.store.SampleToken.A;
import static dev.tokenstore.store.SampleToken.B;
import static dev.tokenstore.store.SampleToken.token;
import static dev.tokenstore.store.token.TokenField.CLIENT_ID;
import static dev.tokenstore.store.token.TokenField.CLIENT_SECRET;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.store.SaveResult.Saved;
import dev.tokenstore.store.SaveResult.TokenDeleted;
import dev.tokenstore.store.SaveResult.VersionConflict;
import dev.tokenstore.store.token.TokenFields;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Many callers at the same time, through one sidecar and through several.
interface ConcurrencyContract extends StoreContract {
    @Test
    @Conformance({"C49", "R10"})
    default void manySavesOfOneNewUserEndAsOneRow() {
        savesOfOneNewTokenEndAsOneRow(64, 1, token().user("new").cc().refresh("R"));
    }

    @Test
    @Conformance({"C49", "R10"})
    default void manySavesOfOneNewRefreshTokenWithoutUserEndAsOneRow() {
        savesOfOneNewTokenEndAsOneRow(64, 1, token().refresh("R").cc());
    }

    @Test
    @Conformance({"C49", "R10"})
    default void manySavesOfOneNewChosenIdEndAsOneRow() {
        savesOfOneNewTokenEndAsOneRow(64, 1, token().id("chosen").access("A"));
    }

    @Test
    @Conformance({"C49", "R10"})
    default void savesOfOneNewUserThroughSeveralSidecarsEndAsOneRow() {
        savesOfOneNewTokenEndAsOneRow(16, 4, token().user("new").refresh("R"));
    }

    @Test
    @Conformance({"C49", "R10"})
    default void savesOfOneNewCredentialThroughSeveralSidecarsEndAsOneRow() {
        savesOfOneNewTokenEndAsOneRow(16, 4, token().grant("G"));
    }

    @Test
    @Conformance({"C49", "R10"})
    default void savesOfOneNewIdThroughSeveralSidecarsEndAsOneRow() {
        savesOfOneNewTokenEndAsOneRow(16, 4, token().id("chosen").user("new").refresh("R"));
    }

    private void savesOfOneNewTokenEndAsOneRow(int callers, int sidecars, SampleToken given) {
        try (var data = newStore()) {
            var ids = together(data, callers, sidecars, (caller, number) -> Caller.idOf(caller.save(given)));

            try (var caller = Caller.of(data)) {
                var row = caller.tokens();
                assertThat(row).hasSize(1);
                assertThat(ids).allMatch(id -> row.getFirst().get(ID).equals(Optional.of(id)));
            }
        }
    }

    @Test
    @Conformance({"R6", "R10"})
    default void savesOfDifferentNewTokensEachMakeARow() {
        try (var data = newStore()) {
            var ids = together(
                    data,
                    16,
                    4,
                    (caller, number) -> Caller.idOf(
                            caller.save(token().user("user-" + number).cc().refresh("R" + number))));

            assertThat(ids).doesNotHaveDuplicates();
            try (var caller = Caller.of(data)) {
                assertThat(caller.tokens()).hasSize(16);
            }
        }
    }

    @Test
    @Conformance({"R7", "R12"})
    default void concurrentUpdatesOfOneRowLoseNoField() {
        try (var data = newStore();
                var first = Caller.of(data)) {
            var row = first.save(token().user("u").access("old"));
            var updates = List.<UnaryOperator<SampleToken>>of(
                    token -> token.with(CLIENT_ID, "C1"),
                    token -> token.with(CLIENT_SECRET, SampleToken.MARKER + "S1"),
                    token -> token.redirect("UR"),
                    token -> token.grant("G"),
                    token -> token.refresh("R"),
                    token -> token.access("A"),
                    token -> token.domain("D"),
                    token -> token.expires("100"));

            var replies = together(
                    data,
                    8,
                    4,
                    (caller, number) -> caller.save(updates.get(number).apply(token().id(row))));

            var expected = token().id(row)
                    .user("u")
                    .cc()
                    .redirect("UR")
                    .grant("G")
                    .refresh("R")
                    .access("A")
                    .domain("D")
                    .expires("100");
            assertThat(first.byId(row)).hasValue(expected.fields());
            assertThat(first.tokens()).hasSize(1);
            assertThat(replies).extracting(StoredToken::version).doesNotHaveDuplicates();
        }
    }

    @Test
    @Conformance("R12")
    default void ofSavesThatExpectTheSameVersionExactlyOneIsCarriedOut() {
        try (var data = newStore();
                var first = Caller.of(data)) {
            var row = first.save(A);

            var results = together(
                    data,
                    8,
                    4,
                    (caller, number) -> caller.trySave(token().id(row).access("A" + number), row.version()));

            var winners = results.stream().filter(Saved.class::isInstance).toList();
            assertThat(winners).hasSize(1);
            var winner = Caller.saved(winners.getFirst());
            assertThat(results)
                    .filteredOn(VersionConflict.class::isInstance)
                    .hasSize(7)
                    .containsOnly(new VersionConflict(Optional.of(winner.version())));
            assertThat(first.byId(row)).hasValue(winner.fields());
        }
    }

    @Test
    @Conformance({"R6a", "R13"})
    default void savesThatRaceWithADeleteNeverReviveTheToken() {
        try (var data = newStore();
                var first = Caller.of(data)) {
            for (var round = 0; round < 3; round++) {
                var row = first.save(token().user("u").refresh("R"));

                together(data, 8, 4, (caller, number) -> {
                    if (number == 0) {
                        caller.delete(row);
                        return true;
                    }
                    SaveResult result;
                    var attempt = 0;
                    do {
                        result = caller.trySave(new SampleToken(row.fields()).access("A" + number + attempt));
                        attempt++;
                    } while (result instanceof Saved && attempt < 200);
                    return result instanceof TokenDeleted;
                });

                assertThat(first.trySave(new SampleToken(row.fields()))).isEqualTo(new TokenDeleted());
                assertThat(first.tokens()).isEmpty();
            }
        }
    }

    @Test
    @Conformance("R13")
    default void deletingAllWhileOthersSaveRemovesWhatWasAcknowledgedBefore() {
        try (var data = newStore();
                var first = Caller.of(data)) {
            var before = first.saveAll(A, B, token().access("AC"), token().refresh("RD"));

            together(data, 4, 4, (caller, number) -> {
                if (number == 0) {
                    return caller.store().deleteAll() >= 0;
                }
                for (var i = 0; i < 5; i++) {
                    caller.save(token().user("during-" + number + "-" + i).refresh("R" + number + "-" + i));
                }
                return true;
            });

            assertThat(before).allMatch(row -> first.byId(row).isEmpty());
            assertThat(first.tokens()).allMatch(ConcurrencyContract::wasSavedDuring);
        }
    }

    @Test
    @Conformance({"R14", "R15"})
    default void aListTakenWhileOthersSaveHoldsEveryTokenThatWasThereOnce() {
        try (var data = newStore();
                var first = Caller.of(data)) {
            var before = first.saveAll(A, B, token().access("AC"), token().refresh("RD")).stream()
                    .map(StoredToken::fields)
                    .toList();

            var lists = together(data, 4, 2, (caller, number) -> {
                if (number != 0) {
                    for (var i = 0; i < 5; i++) {
                        var row = caller.save(
                                token().user("during-" + number + "-" + i).refresh("R" + number + "-" + i));
                        caller.delete(row);
                    }
                    return List.<TokenFields>of();
                }
                return caller.tokens();
            });

            assertThat(lists.getFirst()).containsAll(before).doesNotHaveDuplicates();
            assertThat(first.tokens()).containsExactlyInAnyOrderElementsOf(before);
        }
    }

    private static boolean wasSavedDuring(TokenFields fields) {
        return fields.get(USER_SIGNATURE)
                .filter(user -> user.reveal().startsWith("during-"))
                .isPresent();
    }

    /// Runs `callers` calls at the same moment, spread over `sidecars` openings of the data, and returns what they
    /// returned, in the order of their numbers.
    private static <T> List<T> together(
            StoreUnderTest data, int callers, int sidecars, BiFunction<Caller, Integer, T> call) {
        var opened = new ArrayList<Caller>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var i = 0; i < sidecars; i++) {
                opened.add(Caller.of(data));
            }
            var start = new CountDownLatch(1);
            var results = new ArrayList<Future<T>>();
            for (var i = 0; i < callers; i++) {
                var number = i;
                results.add(threads.submit(() -> {
                    start.await();
                    return call.apply(opened.get(number % sidecars), number);
                }));
            }
            start.countDown();
            var returned = new ArrayList<T>();
            for (var result : results) {
                returned.add(result.get(3, TimeUnit.MINUTES));
            }
            return returned;
        } catch (ExecutionException | InterruptedException | TimeoutException e) {
            throw new AssertionError("a concurrent call did not succeed", e);
        } finally {
            opened.forEach(Caller::close);
        }
    }
}
