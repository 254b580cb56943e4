package dev.tokenstore.store;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.CLIENT_ID;
import static dev.tokenstore.store.token.TokenField.GRANT_TOKEN;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.store.TokenStorage.Insertion;
import dev.tokenstore.store.TokenStorage.Insertion.Inserted;
import dev.tokenstore.store.TokenStorage.Insertion.TwinFound;
import dev.tokenstore.store.TokenStorage.Replacement.Replaced;
import dev.tokenstore.store.TokenStorage.Replacement.RowChanged;
import dev.tokenstore.store.token.TokenFields;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// What [TokenStorage] promises to the rules above it; races are brought about instead of left to chance.
public interface TokenStorageContract {
    TokenFields STORED = TokenFields.NONE
            .with(ID, "chosen")
            .with(USER_SIGNATURE, "u")
            .with(REFRESH_TOKEN, "fixture-secret-refresh")
            .with(GRANT_TOKEN, "fixture-secret-grant")
            .with(ACCESS_TOKEN, "fixture-secret-access");

    /// Returns a new, empty storage; the test closes it.
    ///
    /// @param spec how long its rows live
    TokenStorage newStorage(OAuthTokenStoreSpec spec);

    /// One whose rows live until they are deleted.
    default TokenStorage newStorage() {
        return newStorage(OAuthTokenStoreSpec.keepingEverything());
    }

    @Test
    default void anInsertIsShownTheRowsThatShareItsIdUserOrACredential() {
        try (var storage = newStorage()) {
            inserted(storage, STORED);
            for (var field : List.of(ID, USER_SIGNATURE, REFRESH_TOKEN, GRANT_TOKEN, ACCESS_TOKEN)) {
                var sharesOne = TokenFields.NONE
                        .with(CLIENT_ID, "C")
                        .with(field, STORED.get(field).orElseThrow().reveal());

                var insertion = storage.insert(row(
                        sharesOne,
                        rows -> rows.stream()
                                .filter(row -> row.fields().equals(STORED))
                                .findFirst()));

                assertThat(insertion).as(field.key()).isEqualTo(new TwinFound());
            }
            assertThat(fields(storage)).containsExactly(STORED);
        }
    }

    private static NewRow row(TokenFields fields, Function<List<StoredToken>, Optional<StoredToken>> twin) {
        return new NewRow() {
            @Override
            public TokenFields fields() {
                return fields;
            }

            @Override
            public Optional<StoredToken> twinAmong(List<StoredToken> rows) {
                return twin.apply(rows);
            }
        };
    }

    @Test
    default void ofTwoInsertsThatAreEachOthersTwinsAtMostOneIsCarriedOut() throws Exception {
        try (var storage = newStorage();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var bothLook = new CyclicBarrier(2);
            Function<List<StoredToken>, Optional<StoredToken>> twin = rows -> {
                meetIfPossible(bothLook);
                return rows.stream().findFirst();
            };
            var results = new ArrayList<Future<Insertion>>();
            for (var i = 0; i < 2; i++) {
                results.add(threads.submit(() -> storage.insert(row(STORED, twin))));
            }

            var carriedOut = 0;
            for (var result : results) {
                carriedOut += result.get(3, TimeUnit.MINUTES) instanceof Inserted ? 1 : 0;
            }
            assertThat(carriedOut).isLessThanOrEqualTo(1);
            assertThat(fields(storage)).hasSize(carriedOut);
        }
    }

    /// Waits until both are here, or for a moment in vain where one keeps the other out.
    private static void meetIfPossible(CyclicBarrier both) {
        try {
            both.await(200, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | BrokenBarrierException e) {
            // the other one is kept out
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    default void aRowThatWasReplacedIsNotReplacedAsItWas() {
        try (var storage = newStorage()) {
            var row = inserted(storage, STORED);
            var next = STORED.with(CLIENT_ID, "C1");
            var replaced = storage.replace(row, next);

            assertThat(storage.replace(row, STORED.with(CLIENT_ID, "C2"))).isEqualTo(new RowChanged());

            assertThat(replaced).isInstanceOf(Replaced.class);
            var current = ((Replaced) replaced).row();
            assertThat(current.fields()).isEqualTo(next);
            assertThat(current.version()).isNotEqualTo(row.version());
            assertThat(current.createTime()).isEqualTo(row.createTime());
            assertThat(current.userSince()).isEqualTo(row.userSince());
            assertThat(current.name()).isEqualTo(row.name());
            assertThat(fields(storage)).containsExactly(next);
        }
    }

    @Test
    default void aRowThatWasDeletedIsNotReplacedNorIsItsSuccessor() {
        try (var storage = newStorage()) {
            var row = inserted(storage, STORED);
            storage.delete(row);
            assertThat(storage.replace(row, STORED)).isEqualTo(new RowChanged());
            assertThat(fields(storage)).isEmpty();

            var successor = inserted(storage, STORED);
            assertThat(storage.replace(row, STORED.with(CLIENT_ID, "C"))).isEqualTo(new RowChanged());
            assertThat(fields(storage)).containsExactly(STORED);
            assertThat(successor.version()).isNotEqualTo(row.version());
        }
    }

    @Test
    default void aRowIsDeletedHoweverItChangedButNotItsSuccessor() {
        try (var storage = newStorage()) {
            var row = inserted(storage, STORED);
            storage.replace(row, STORED.with(CLIENT_ID, "C"));
            storage.delete(row);
            assertThat(fields(storage)).isEmpty();

            inserted(storage, STORED);
            storage.delete(row);
            assertThat(fields(storage)).containsExactly(STORED);
        }
    }

    @Test
    default void laterRowsHaveLaterCreateTimes() {
        try (var storage = newStorage()) {
            var createTimes = new ArrayList<Instant>();
            for (var i = 0; i < 5; i++) {
                var fields = TokenFields.NONE.with(ACCESS_TOKEN, "fixture-secret-" + i);
                createTimes.add(inserted(storage, fields).createTime());
            }

            assertThat(createTimes).doesNotHaveDuplicates().isSorted();
        }
    }

    @Test
    default void lookupsReturnEveryRowThatMatchesAndNoOther() {
        try (var storage = newStorage()) {
            var first = inserted(storage, STORED);
            var second = inserted(storage, STORED.with(ID, "other").with(USER_SIGNATURE, "v"));
            inserted(storage, TokenFields.NONE.with(ACCESS_TOKEN, "fixture-secret-other"));

            for (var credential : List.of(REFRESH_TOKEN, GRANT_TOKEN, ACCESS_TOKEN)) {
                assertThat(storage.byCredential(
                                credential, STORED.get(credential).orElseThrow()))
                        .as(credential.key())
                        .extracting(StoredToken::fields)
                        .containsExactlyInAnyOrder(first.fields(), second.fields());
            }
            assertThat(storage.byUser(STORED)).extracting(StoredToken::fields).containsExactly(first.fields());
            assertThat(storage.byId(STORED.id().orElseThrow()).map(StoredToken::fields))
                    .hasValue(first.fields());
        }
    }

    @Test
    @Execution(ExecutionMode.CONCURRENT)
    default void aRowWhoseTimeIsOverIsOnlyThereForWhoDeletesIt() {
        try (var storage = newStorage(new OAuthTokenStoreSpec(null, "2s", null, null, null, null, null))) {
            var over = inserted(storage, STORED);
            var id = STORED.id().orElseThrow();
            await().until(() -> storage.byId(id).isEmpty());

            assertThat(storage.byIdEvenIfOver(id).map(StoredToken::fields)).hasValue(STORED);
            assertThat(storage.byUser(STORED)).isEmpty();
            for (var credential : List.of(REFRESH_TOKEN, GRANT_TOKEN, ACCESS_TOKEN)) {
                assertThat(storage.byCredential(
                                credential, STORED.get(credential).orElseThrow()))
                        .isEmpty();
            }
            assertThat(storage.list(1, "").rows()).isEmpty();

            var twin = STORED.with(CLIENT_ID, "C");
            assertThat(storage.insert(row(twin, rows -> rows.stream().findFirst())))
                    .isInstanceOf(Inserted.class);
            assertThat(storage.byIdEvenIfOver(id).map(StoredToken::fields)).hasValue(twin);
            assertThat(storage.replace(over, STORED)).isEqualTo(new RowChanged());
            assertThat(storage.deleteAll()).isEqualTo(1);
        }
    }

    private static StoredToken inserted(TokenStorage storage, TokenFields fields) {
        var insertion = storage.insert(row(fields, rows -> Optional.empty()));
        assertThat(insertion).isInstanceOf(Inserted.class);
        return ((Inserted) insertion).row();
    }

    private static List<TokenFields> fields(TokenStorage storage) {
        return storage.list(1000, "").rows().stream()
                .map(listed -> listed.row().fields())
                .toList();
    }
}
