package dev.tokenstore.store.refresh;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.EXPIRES_IN;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.store.HeldClaim;
import dev.tokenstore.store.SaveCondition;
import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenLookup;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.UseRecorder;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/// How coordinated refresh behaves, whatever the storage: each process is a coordinator of its own on the same rows.
public interface RefreshCoordinatorContract {
    Duration CLAIM = Duration.ofSeconds(2);
    Duration PATIENCE = Duration.ofSeconds(20);

    /// Opens a further process's storage on the same rows; the first one starts without any.
    TokenStorage openStorage();

    /// Where a process looks rows up that reads ask for.
    default TokenLookup readsOf(TokenStorage storage) {
        return storage;
    }

    @Test
    default void ofManyCallersInManyProcessesOneRefreshesAndTheOthersReturnWhatItSaved() throws Exception {
        try (var processes = new Processes(this, 3)) {
            var row = processes.first().saveDue();

            var callers = processes.callAll(8, process -> process.refreshWhenTold(row));

            var results = results(callers);
            assertThat(processes.refreshes).hasSize(1);
            assertThat(results)
                    .allSatisfy(token -> assertThat(token.fields().get(ACCESS_TOKEN))
                            .contains(new SecretValue("fixture-secret-access-1")));
        }
    }

    @Test
    default void aTokenThatIsNotDueIsReturnedAtOnceAndNotClaimed() {
        try (var processes = new Processes(this, 1)) {
            var process = processes.first();
            var row = process.saved(Instant.now().plusSeconds(600));

            var found = process.find(row, request());

            assertThat(found.claim()).isEmpty();
            assertThat(process.storage.byId(row.id()).orElseThrow().claim()).isEmpty();
        }
    }

    @Test
    default void aClaimRaisesNoVersionAndMovesNoTime() {
        try (var processes = new Processes(this, 1)) {
            var process = processes.first();
            var row = process.saveDue();

            var found = process.find(row, request());

            assertThat(found.claim()).isPresent();
            var claimed = process.storage.byId(row.id()).orElseThrow();
            assertThat(claimed.withClaim(Optional.empty()))
                    .usingRecursiveComparison()
                    .ignoringFields("handle")
                    .isEqualTo(row);
            assertThat(claimed.claim().orElseThrow().nonce())
                    .isEqualTo(found.claim().orElseThrow().nonce());
        }
    }

    @Test
    default void aRepeatedFindGetsItsOwnClaimAgain() {
        try (var processes = new Processes(this, 1)) {
            var process = processes.first();
            var row = process.saveDue();

            var first = process.find(row, request("the-find", Optional.empty(), "connection"));
            var repeated = process.find(row, request("the-find", Optional.empty(), "connection"));

            assertThat(repeated.claim()).isPresent().isEqualTo(first.claim());
        }
    }

    @Test
    default void whenAClaimantGivesUpAnotherOneIsToldToRefresh() throws Exception {
        try (var processes = new Processes(this, 2)) {
            var process = processes.first();
            var row = process.saveDue();
            var held = process.find(row, request()).claim().orElseThrow();
            var waiter = processes.call(() -> processes.last().refreshWhenTold(row));
            await().atMost(PATIENCE).until(() -> processes.last().coordinator.waiting() == 1);

            // its next find says so; by then another one may hold the claim, and it waits for that one
            var own = process.find(row, request("next", Optional.of(held.nonce()), "connection"));

            assertThat(own.claim().isPresent() || !processes.refreshes.isEmpty())
                    .isTrue();
            if (own.claim().isPresent()) {
                process.saveRefreshed(row, own.claim().get());
            }
            assertThat(waiter.get().fields().get(ACCESS_TOKEN))
                    .isNotEqualTo(row.fields().get(ACCESS_TOKEN));
        }
    }

    @Test
    default void theEndOfAConnectionGivesItsClaimsBack() throws Exception {
        try (var processes = new Processes(this, 2)) {
            var row = processes.first().saveDue();
            processes.first().find(row, request("one", Optional.empty(), "dying connection"));
            var begin = System.nanoTime();
            var waiter = processes.call(() -> processes.last().refreshWhenTold(row));
            await().atMost(PATIENCE).until(() -> processes.last().coordinator.waiting() == 1);

            processes.first().coordinator.connectionEnded("dying connection");

            waiter.get();
            assertThat(processes.refreshes).hasSize(1);
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(CLAIM);
        }
    }

    @Test
    default void whenAClaimLapsesExactlyOneWaiterTakesItOver() throws Exception {
        try (var processes = new Processes(this, 3)) {
            var row = processes.first().saveDue();
            processes.first().find(row, request()); // and never saves

            var waiters = processes.callAll(6, process -> process.refreshWhenTold(row));

            assertThat(results(waiters)).hasSize(6);
            assertThat(processes.refreshes).hasSize(1);
        }
    }

    @Test
    default void whileRefreshesKeepFailingACallWaitsShorterThanTwoClaimsAndNoneIsToldTwice() throws Exception {
        try (var processes = new Processes(this, 2)) {
            var row = processes.first().saveDue();
            var told = new CopyOnWriteArrayList<String>();
            var begin = System.nanoTime();

            // each caller that is told fails, and says nothing more
            var callers = processes.callAll(8, process -> {
                process.find(row, request()).claim().map(HeldClaim::nonce).ifPresent(told::add);
                return row;
            });

            results(callers);
            assertThat(told).hasSizeBetween(1, 3).doesNotHaveDuplicates();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(CLAIM.multipliedBy(2));
        }
    }

    @Test
    default void aSaveThatAnOtherRefreshHasOvertakenKeepsTheOthersRefreshToken() {
        try (var processes = new Processes(this, 1)) {
            var process = processes.first();
            var row = process.saveDue();
            var late = process.find(row, request()).claim().orElseThrow();
            process.store.save(
                    TokenFields.of(Map.of(ID, row.id().reveal(), REFRESH_TOKEN, "fixture-secret-second-refresh")));

            var result = process.store.save(
                    TokenFields.of(Map.of(
                            ID, row.id().reveal(),
                            REFRESH_TOKEN, "fixture-secret-late-refresh",
                            ACCESS_TOKEN, "fixture-secret-late-access")),
                    new SaveCondition(Optional.empty(), Optional.of(late)));

            var stored = process.storage.byId(row.id()).orElseThrow();
            assertThat(stored.fields().get(REFRESH_TOKEN)).contains(new SecretValue("fixture-secret-second-refresh"));
            assertThat(result).isEqualTo(new SaveResult.Saved(stored));
        }
    }

    @Test
    default void aLateSaveGoesThroughWhereTheRefreshTokenIsStillTheSame() {
        try (var processes = new Processes(this, 1)) {
            var process = processes.first();
            var row = process.saveDue();
            var late = process.find(row, request()).claim().orElseThrow();
            process.store.save(
                    TokenFields.of(Map.of(ID, row.id().reveal(), ACCESS_TOKEN, "fixture-secret-second-access")));

            process.store.save(
                    TokenFields.of(Map.of(
                            ID, row.id().reveal(),
                            REFRESH_TOKEN, "fixture-secret-rotated",
                            ACCESS_TOKEN, "fixture-secret-late-access")),
                    new SaveCondition(Optional.empty(), Optional.of(late)));

            var stored = process.storage.byId(row.id()).orElseThrow();
            assertThat(stored.fields().get(REFRESH_TOKEN)).contains(new SecretValue("fixture-secret-rotated"));
        }
    }

    @Test
    default void endingTheWaitsReturnsTheTokenAsItIs() throws Exception {
        try (var processes = new Processes(this, 1)) {
            var process = processes.first();
            var row = process.saveDue();
            process.find(row, request());
            var waiters =
                    processes.callAll(3, any -> process.find(row, request()).token());
            await().atMost(PATIENCE).until(() -> process.coordinator.waiting() == 3);

            process.coordinator.endWaits();

            assertThat(results(waiters))
                    .allSatisfy(token -> assertThat(token.fields()).isEqualTo(row.fields()));
        }
    }

    @Test
    default void aReportAboutAnotherOrANewAccessTokenIsIgnored() {
        try (var processes = new Processes(this, 1)) {
            var process = processes.first();
            var row = process.saved(Instant.now().plusSeconds(600));

            assertThat(process.coordinator.reportRejected(row.id(), new SecretValue("fixture-secret-other")))
                    .contains(RejectionOutcome.NOT_STORED);
            assertThat(process.coordinator.reportRejected(row.id(), new SecretValue("fixture-secret-access-0")))
                    .contains(RejectionOutcome.TOO_NEW);
            assertThat(process.storage.byId(row.id())).contains(row);
        }
    }

    private static RefreshRequest request() {
        return request("request-" + System.nanoTime(), Optional.empty(), "connection");
    }

    private static RefreshRequest request(String id, Optional<String> abandoned, String connection) {
        return new RefreshRequest(
                Duration.ofSeconds(6),
                Optional.of(id),
                abandoned,
                connection,
                PATIENCE,
                RefreshRequest.WaitListener.NONE);
    }

    private static <T> List<T> results(List<Future<T>> calls) throws Exception {
        var results = new ArrayList<T>();
        for (var call : calls) {
            results.add(call.get());
        }
        return results;
    }

    /// Processes that use the same rows.
    final class Processes implements AutoCloseable {
        final List<Process> all = new ArrayList<>();

        /// The access tokens that callers saved because they were told to refresh.
        final List<String> refreshes = new CopyOnWriteArrayList<>();

        private final java.util.concurrent.ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

        Processes(RefreshCoordinatorContract contract, int number) {
            for (int i = 0; i < number; i++) {
                all.add(new Process(contract, refreshes));
            }
        }

        Process first() {
            return all.getFirst();
        }

        Process last() {
            return all.getLast();
        }

        <T> Future<T> call(Callable<T> call) {
            return threads.submit(call);
        }

        /// Calls that are spread over the processes.
        <T> List<Future<T>> callAll(int number, java.util.function.Function<Process, T> call) {
            var calls = new ArrayList<Future<T>>();
            for (int i = 0; i < number; i++) {
                var process = all.get(i % all.size());
                calls.add(call(() -> call.apply(process)));
            }
            return calls;
        }

        @Override
        public void close() {
            threads.close();
            all.forEach(Process::close);
        }
    }

    /// A process with a storage, a store and a coordinator of its own.
    final class Process implements AutoCloseable {
        final TokenStorage storage;
        final TokenStore store;
        final RefreshCoordinator coordinator;
        private final List<String> refreshes;

        Process(RefreshCoordinatorContract contract, List<String> refreshes) {
            this.storage = contract.openStorage();
            this.refreshes = refreshes;
            this.store = new TokenStore(contract.readsOf(storage), storage, UseRecorder.NONE, new SecureRandom());
            this.coordinator = new RefreshCoordinator(
                    store, storage, () -> CLAIM, InstantSource.system(), new SecureRandom(), RefreshListener.none());
        }

        StoredToken saveDue() {
            return saved(Instant.now().minusSeconds(1));
        }

        StoredToken saved(Instant expiry) {
            var saved = store.save(TokenFields.of(Map.of(
                    USER_SIGNATURE, "alice",
                    REFRESH_TOKEN, "fixture-secret-refresh",
                    ACCESS_TOKEN, "fixture-secret-access-0",
                    EXPIRES_IN, Long.toString(expiry.toEpochMilli()))));
            return storage.byId(((SaveResult.Saved) saved).token().id()).orElseThrow();
        }

        FoundToken find(StoredToken row, RefreshRequest request) {
            return coordinator.findById(row.id(), request).orElseThrow();
        }

        /// What an SDK does: it finds, and refreshes if it is told to.
        StoredToken refreshWhenTold(StoredToken row) {
            var found = find(row, request());
            return found.claim().map(claim -> saveRefreshed(row, claim)).orElse(found.token());
        }

        StoredToken saveRefreshed(StoredToken row, HeldClaim claim) {
            sleep(Duration.ofMillis(300)); // the provider's latency
            var access = "fixture-secret-access-" + (refreshes.size() + 1);
            refreshes.add(access);
            var fields = Map.<TokenField, String>of(
                    ID, row.id().reveal(),
                    ACCESS_TOKEN, access,
                    EXPIRES_IN, Long.toString(Instant.now().plusSeconds(3600).toEpochMilli()));
            var saved = store.save(TokenFields.of(fields), new SaveCondition(Optional.empty(), Optional.of(claim)));
            coordinator.saved(claim);
            return ((SaveResult.Saved) saved).token();
        }

        private static void sleep(Duration length) {
            try {
                Thread.sleep(length);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() {
            coordinator.close();
            store.close();
        }
    }
}
