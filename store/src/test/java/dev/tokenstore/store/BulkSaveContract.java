package dev.tokenstore.store;

import static dev.tokenstore.store.SampleToken.A;
import static dev.tokenstore.store.SampleToken.B;
import static dev.tokenstore.store.SampleToken.N;
import static dev.tokenstore.store.SampleToken.O;
import static dev.tokenstore.store.SampleToken.token;
import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.store.NewTokenResult.RowExists;
import dev.tokenstore.store.NewTokenResult.Stored;
import dev.tokenstore.store.NewTokenResult.TokenDeleted;
import dev.tokenstore.store.SaveResult.Saved;
import dev.tokenstore.store.token.InvalidTokenException;
import dev.tokenstore.store.token.TokenFields;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Many new tokens at once: nothing that a save of each by itself would not do.
interface BulkSaveContract extends StoreContract {
    @Test
    @Conformance({"R6", "R8"})
    default void manyNewTokensAreStoredEachUnderItsIdOrAGeneratedOne() {
        try (var data = newStore();
                var store = data.open()) {
            var results = store.saveNew(fields(A.id("7"), B, N, O));

            assertThat(results).hasOnlyElementsOfType(Stored.class);
            assertThat(stored(results.getFirst()).fields()).isEqualTo(A.id("7").fields());
            for (var token : List.of(A.id("7"), B)) {
                assertThat(store.find(token.fields()).orElseThrow().fields().mergedWith(token.fields()))
                        .isEqualTo(store.find(token.fields()).orElseThrow().fields());
            }
            assertThat(ids(store)).doesNotHaveDuplicates().hasSize(4).contains("7");
        }
    }

    @Test
    @Conformance({"R5", "R7"})
    default void aTokenThatHasARowIsLeftToItsOwner() {
        try (var data = newStore();
                var store = data.open()) {
            store.save(A.fields());
            store.save(N.id("9").fields());

            var results = store.saveNew(fields(
                    A.access("newer"),
                    B,
                    N.user("somebody"),
                    O.id("9"),
                    token().user("carol").access("AA")));

            assertThat(results.stream().map(Object::getClass).toList())
                    .containsExactly(RowExists.class, Stored.class, RowExists.class, RowExists.class, Stored.class);
            assertThat(store.find(A.fields()).orElseThrow().fields().agreesOn(ACCESS_TOKEN, A.fields()))
                    .isTrue();
        }
    }

    @Test
    @Conformance("R1")
    default void ofOneUsersTokensTheFirstIsTheOneFoundWithoutAClient() {
        try (var data = newStore();
                var store = data.open()) {
            var tokens = IntStream.range(0, 4)
                    .mapToObj(number -> token().user("alice")
                            .client("C%d".formatted(number), "S")
                            .refresh("R%d".formatted(number)))
                    .toList();

            store.saveNew(tokens.stream().map(SampleToken::fields).toList());

            assertThat(store.find(token().user("alice").fields())
                            .orElseThrow()
                            .fields()
                            .mergedWith(tokens.getFirst().fields()))
                    .isEqualTo(store.find(token().user("alice").fields())
                            .orElseThrow()
                            .fields());
            for (var token : tokens) {
                assertThat(store.find(token.fields()).orElseThrow().fields().mergedWith(token.fields()))
                        .isEqualTo(store.find(token.fields()).orElseThrow().fields());
            }
        }
    }

    @Test
    @Conformance("R6a")
    default void aDeletedTokenIsNotRevived() {
        try (var data = newStore();
                var store = data.open()) {
            var id = ((Saved) store.save(B.fields())).token();
            store.delete(id.id());

            var results = store.saveNew(fields(A, B.id(id)));

            assertThat(results.getFirst()).isInstanceOf(Stored.class);
            assertThat(results.getLast()).isEqualTo(new TokenDeleted());
            assertThat(ids(store)).hasSize(1);
        }
    }

    @Test
    @Conformance("R6")
    default void oneTokenWithoutACredentialStopsAllOfThem() {
        try (var data = newStore();
                var store = data.open()) {
            assertThatThrownBy(() -> store.saveNew(fields(A, token().user("carol"))))
                    .isInstanceOf(InvalidTokenException.class);
            assertThat(ids(store)).isEmpty();
        }
    }

    @Test
    @Conformance("R6a")
    default void aTokenWhoseTimeIsOverMakesRoomForOneOfTheSameIdentity() {
        try (var data = newStore(RetentionContract.SHORT_LIVED);
                var store = data.open()) {
            var over = ((Saved) store.save(A.fields())).token();
            await().until(() -> store.findById(over.id()).isEmpty());

            var anew = stored(store.saveNew(fields(A.access("NEW"), B)).getFirst());

            assertThat(anew.fields().get(ID)).isNotEqualTo(over.fields().get(ID));
            assertThat(store.save(over.fields())).isEqualTo(new SaveResult.TokenDeleted());
        }
    }

    @Test
    @Conformance("R10")
    default void concurrentSavesOfTheSameTokensEndAsOneRowEach() throws Exception {
        try (var data = newStore();
                var one = data.open();
                var another = data.open();
                var third = data.open();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tokens =
                    IntStream.range(0, 40).mapToObj(BulkSaveContract::numbered).toList();
            var callers = new ArrayList<Callable<Object>>();
            callers.add(() -> one.saveNew(tokens));
            callers.add(() -> another.saveNew(tokens.reversed()));
            tokens.forEach(token -> callers.add(() -> third.save(token)));

            for (var call : threads.invokeAll(callers)) {
                call.get();
            }

            assertThat(ids(one)).hasSameSizeAs(tokens).doesNotHaveDuplicates();
            for (var token : tokens) {
                assertThat(one.find(token)).isPresent();
            }
        }
    }

    /// Every other one has a user.
    private static TokenFields numbered(int number) {
        var token = token().cc().refresh("R%d".formatted(number));
        return (number % 2 == 0 ? token.user("user-%d".formatted(number)) : token).fields();
    }

    private static List<TokenFields> fields(SampleToken... tokens) {
        return Stream.of(tokens).map(SampleToken::fields).toList();
    }

    private static StoredToken stored(NewTokenResult result) {
        return ((Stored) result).token();
    }

    private static List<String> ids(TokenStore store) {
        return store.list(TokenStore.MAX_PAGE_SIZE, "").tokens().stream()
                .map(row -> row.fields().get(ID).orElseThrow().reveal())
                .toList();
    }
}
