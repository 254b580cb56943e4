package dev.tokenstore.cli.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenstore.cli.migration.RowOutcome.Action;
import dev.tokenstore.cli.migration.source.SourceRow;
import dev.tokenstore.cli.store.StoreException;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// How decisions are carried out when the store does not do as it should.
class ImportRunTest {
    private static final TokenFields ALICE = token("1", "alice", "1000");
    private static final TokenFields BOB = token("2", "bob", "1000");

    private final ScriptedStore store = new ScriptedStore();
    private final List<RowOutcome> outcomes = new ArrayList<>();
    private final List<Duration> pauses = new ArrayList<>();
    private final List<Integer> batches = new ArrayList<>();

    @Test
    void whatMayPassIsTriedAgain() {
        store.failNext(unreachable(), unreachable());

        run(ALICE, BOB);

        assertThat(actions()).containsExactly(Action.CREATE, Action.CREATE);
        assertThat(store.all()).extracting(token -> token.id().reveal()).containsExactlyInAnyOrder("1", "2");
        assertThat(pauses).containsExactly(Duration.ofSeconds(1));
    }

    @Test
    void whatDoesNotPassEndsTheImport() {
        store.failNext(IntStream.range(0, 20).mapToObj(call -> unreachable()).toArray(StoreException[]::new));

        assertThatThrownBy(() -> run(ALICE)).hasMessage("nobody answers");
        assertThat(pauses).hasSize(4);
    }

    @Test
    void aFullStoreEndsTheImportAtOnce() {
        store.failNext(failure(StorageException.Reason.STORE_FULL, "the store is full"));

        assertThatThrownBy(() -> run(ALICE, BOB)).hasMessage("the store is full");
        assertThat(pauses).isEmpty();
    }

    @Test
    void aRowThatFailsIsReportedAndTakesNoneButItsFollowersAlong() {
        store.failNext(StoreException.refused("was deleted"));
        var later = token("7", "alice", "2000");

        run(ALICE, BOB, later);

        assertThat(actions()).containsExactly(Action.FAIL, Action.CREATE, Action.FAIL);
        assertThat(outcomes.getFirst().why()).isEqualTo("was deleted");
        assertThat(outcomes.getLast().why()).isEqualTo("it belongs to line 1, which failed");
    }

    @Test
    void rowsOfOneBatchThatAreOneTokenAreWrittenOnce() {
        run(ALICE, token("7", "alice", "2000"), ALICE);

        assertThat(actions()).containsExactly(Action.CREATE, Action.UPDATE, Action.KEEP);
        assertThat(store.all()).hasSize(1);
        assertThat(expiryOf(store.all().getFirst())).contains("2000");
        assertThat(outcomes.get(1).mapping()).contains(new RowOutcome.Mapping("7", "1"));
    }

    @Test
    void whereSomeoneElseSavedTheTokenFirstTheNewerOneWins() {
        store.savedFirst(token("other", "alice", "5000"));
        run(ALICE);
        assertThat(actions()).containsExactly(Action.KEEP);
        assertThat(expiryOf(store.all().getFirst())).contains("5000");
        assertThat(outcomes.getFirst().mapping()).contains(new RowOutcome.Mapping("1", "other"));

        store.savedFirst(token("another", "bob", "5"));
        outcomes.clear();
        run(BOB);
        assertThat(actions()).containsExactly(Action.UPDATE);
        assertThat(expiryOf(store.find(BOB).orElseThrow())).contains("1000");
    }

    @Test
    void aTokenThatChangedAfterTheListIsDecidedAnew() {
        store.put(ALICE, "v.1");
        var run = newRun();
        run.listStore(() -> {});
        store.put(token("1", "alice", "9000"), "v.2");

        run.run(
                rows -> {
                    rows.accept(row(1, token("1", "alice", "2000")));
                    return true;
                },
                batches::add);

        assertThat(actions()).containsExactly(Action.KEEP);
        assertThat(expiryOf(store.all().getFirst())).contains("9000");
    }

    @Test
    void aDryRunWritesNothing() {
        var dry = new ImportRun(store, new ImportPlan(false), Optional.empty(), outcomes::add);
        dry.listStore(() -> {});
        dry.run(
                rows -> {
                    rows.accept(row(1, ALICE));
                    rows.accept(new SourceRow.Broken("line 2", "no token"));
                    rows.accept(row(3, BOB));
                    rows.accept(new SourceRow.Broken("line 4", "no token"));
                    return true;
                },
                batches::add);

        assertThat(actions()).containsExactly(Action.CREATE, Action.SKIP, Action.CREATE, Action.SKIP);
        assertThat(store.all()).isEmpty();
    }

    @Test
    void progressIsToldAfterEveryBatchThatOthersFollow() {
        run(IntStream.range(0, 2 * ImportRun.BATCH)
                .mapToObj(number -> token("" + number, "user-" + number, "1000"))
                .toArray(TokenFields[]::new));

        assertThat(outcomes).hasSize(2 * ImportRun.BATCH);
        assertThat(batches).containsExactly(ImportRun.BATCH);
    }

    private void run(TokenFields... tokens) {
        var run = newRun();
        run.listStore(() -> {});
        run.run(
                rows -> {
                    for (int i = 0; i < tokens.length; i++) {
                        rows.accept(row(i + 1, tokens[i]));
                    }
                    return true;
                },
                batches::add);
    }

    private ImportRun newRun() {
        return new ImportRun(
                store, new ImportPlan(false), Optional.of(new BatchWriter(store, pauses::add)), outcomes::add);
    }

    private static SourceRow row(int line, TokenFields token) {
        return new SourceRow.Readable("line " + line, token);
    }

    private List<Action> actions() {
        return outcomes.stream().map(RowOutcome::action).toList();
    }

    private static StoreException unreachable() {
        return failure(StorageException.Reason.API_SERVER_UNAVAILABLE, "nobody answers");
    }

    private static StoreException failure(StorageException.Reason reason, String message) {
        return StoreException.of(new StorageException(reason, message));
    }

    private static Optional<String> expiryOf(StoredToken token) {
        return token.fields().get(TokenField.EXPIRES_IN).map(SecretValue::reveal);
    }

    private static TokenFields token(String id, String user, String expiry) {
        return TokenFields.of(Map.of(
                TokenField.ID, id,
                TokenField.USER_SIGNATURE, user,
                TokenField.REFRESH_TOKEN, "fixture-secret-r-" + user,
                TokenField.ACCESS_TOKEN, "fixture-secret-a-" + user + expiry,
                TokenField.EXPIRES_IN, expiry));
    }
}
