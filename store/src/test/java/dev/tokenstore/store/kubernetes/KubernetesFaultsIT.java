package dev.tokenstore.store.kubernetes;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.CLIENT_ID;
import static dev.tokenstore.store.token.TokenField.CLIENT_SECRET;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.store.Pages;
import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.fault.FaultProxy;
import dev.tokenstore.testing.fault.FaultProxy.Fault;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What may be lost, reordered or doubled by the network is; no acknowledged save may be lost by it, and no twin made.
///
/// Four sidecars carry out 2,000 random operations through a proxy that harms one request in six. Each has users of
/// its own, of whom it knows exactly what must be stored, and all four also save the same few users and credentials.
class KubernetesFaultsIT {
    private static final int SIDECARS = 4;
    private static final int OPERATIONS = 500;
    private static final int OWN_USERS = 12;
    private static final int SHARED_USERS = 6;
    private static final List<Fault> FAULTS = List.of(
            Fault.DROP_REQUEST,
            Fault.SWALLOW_REPLY,
            Fault.DELIVER_LATE,
            Fault.DELAY,
            Fault.DOUBLE,
            Fault.CUT_REPLY,
            Fault.TOO_MANY_REQUESTS,
            Fault.UNAVAILABLE);

    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    @Test
    void everyAcknowledgedSaveIsThereAndNoTwinExists() throws Exception {
        var seed = new Random().nextLong();
        try (var proxy = new FaultProxy(kubernetes.config());
                var stores = TestStores.create(kubernetes, proxy.config());
                var calm = stores.open()) {
            proxy.harm(new Random(seed), 6, FAULTS);

            var sidecars = new ArrayList<Sidecar>();
            for (int i = 0; i < SIDECARS; i++) {
                sidecars.add(new Sidecar(i, stores.open(), new Random(seed + i)));
            }
            runAll(sidecars);
            proxy.misbehave(request -> Fault.NONE);

            var rows = Pages.all(calm);
            assertThat(twinsBy(rows, row -> row.fields().get(USER_SIGNATURE)))
                    .as("users with twins, seed %d", seed)
                    .isEmpty();
            assertThat(twinsBy(rows, row -> row.fields().get(REFRESH_TOKEN)))
                    .as("credentials with twins, seed %d", seed)
                    .isEmpty();
            for (var sidecar : sidecars) {
                sidecar.assertThatItsUsersAreAsAcknowledged(calm, seed);
                sidecar.store.close();
            }
            assertThat(sidecars.stream()
                            .mapToInt(sidecar -> sidecar.acknowledged)
                            .sum())
                    .as("operations that were acknowledged in spite of the faults")
                    .isGreaterThan(SIDECARS * OPERATIONS * 9 / 10);
        }
    }

    private static void runAll(List<Sidecar> sidecars) throws Exception {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<?> run : executor.invokeAll(
                    sidecars.stream().<Callable<Object>>map(Executors::callable).toList())) {
                run.get();
            }
        }
    }

    /// The names of rows that share a value which should be one row's.
    private static List<List<String>> twinsBy(List<StoredToken> rows, Function<StoredToken, Optional<?>> value) {
        return rows.stream()
                .filter(row -> value.apply(row).isPresent())
                .collect(Collectors.groupingBy(value))
                .values()
                .stream()
                .filter(sharing -> sharing.size() > 1)
                .map(sharing -> sharing.stream().map(StoredToken::name).toList())
                .toList();
    }

    /// One sidecar's calls, one after the other, and what it was told.
    private static final class Sidecar implements Runnable {
        private final int number;
        private final TokenStore store;
        private final Random random;
        private final Map<String, Known> known = new HashMap<>();
        private int acknowledged;

        Sidecar(int number, TokenStore store, Random random) {
            this.number = number;
            this.store = store;
            this.random = random;
        }

        @Override
        public void run() {
            for (int i = 0; i < OPERATIONS; i++) {
                try {
                    if (random.nextInt(3) == 0) {
                        saveShared(i);
                    } else {
                        workOn("own-" + number + "-" + random.nextInt(OWN_USERS), i);
                    }
                    acknowledged++;
                } catch (StorageException e) {
                    // not acknowledged: whoever asked knows nothing for sure
                    continue;
                }
            }
        }

        private void saveShared(int i) {
            var shared = random.nextInt(SHARED_USERS);
            var fields = random.nextBoolean()
                    ? user("shared-" + shared, "fixture-secret-" + number + "-" + i)
                    : TokenFields.of(Map.of(
                            REFRESH_TOKEN,
                            "fixture-secret-shared-" + shared,
                            ACCESS_TOKEN,
                            "fixture-secret-" + number + i));
            assertThat(store.save(fields)).isInstanceOf(SaveResult.Saved.class);
        }

        private void workOn(String user, int i) {
            var before = known.computeIfAbsent(user, name -> Known.nothing());
            var access = "fixture-secret-" + number + "-" + i;
            switch (random.nextInt(6)) {
                case 0, 1 -> saveByUser(user, before, access);
                case 2, 3 -> refreshById(user, before, access);
                case 4 -> find(user, before);
                default -> delete(user, before);
            }
        }

        private void saveByUser(String user, Known before, String access) {
            known.put(user, before.or(access));
            var saved = (SaveResult.Saved) store.save(user(user, access));
            known.put(user, Known.exactly(saved.token(), access));
        }

        private void refreshById(String user, Known before, String access) {
            if (before.token().isEmpty()) {
                return;
            }
            var row = before.token().get();
            known.put(user, before.or(access));
            var id =
                    TokenFields.of(Map.of(ID, row.fields().get(ID).orElseThrow().reveal(), ACCESS_TOKEN, access));
            var result = before.isCertain() ? store.saveIfVersion(id, row.version()) : store.save(id);
            if (before.isCertain()) {
                assertThat(result).as("no false conflict").isInstanceOf(SaveResult.Saved.class);
            }
            if (result instanceof SaveResult.Saved saved) {
                known.put(user, Known.exactly(saved.token(), access));
            }
        }

        private void find(String user, Known before) {
            var found = store.find(TokenFields.of(Map.of(USER_SIGNATURE, user)));
            assertThat(before.accesses()).contains(accessOf(found));
        }

        private void delete(String user, Known before) {
            if (before.token().isEmpty()) {
                return;
            }
            var id = before.token().get().fields().get(ID).orElseThrow().reveal();
            known.put(user, before.or(""));
            store.delete(new TokenId(id));
            if (before.isCertain()) {
                known.put(user, Known.nothing());
                assertThat(store.save(TokenFields.of(Map.of(ID, id, ACCESS_TOKEN, "fixture-secret-late"))))
                        .as("a late save revives nothing")
                        .isInstanceOf(SaveResult.TokenDeleted.class);
            }
        }

        void assertThatItsUsersAreAsAcknowledged(TokenStore calm, long seed) {
            known.forEach((user, state) -> {
                var found = calm.find(TokenFields.of(Map.of(USER_SIGNATURE, user)));
                assertThat(state.accesses())
                        .as("what was acknowledged for %s, seed %d", user, seed)
                        .contains(accessOf(found));
            });
        }

        private static String accessOf(Optional<StoredToken> row) {
            return row.flatMap(found -> found.fields().get(ACCESS_TOKEN))
                    .map(value -> value.reveal())
                    .orElse("");
        }

        private static TokenFields user(String user, String access) {
            return TokenFields.of(Map.of(
                    USER_SIGNATURE,
                    user,
                    CLIENT_ID,
                    "C1",
                    CLIENT_SECRET,
                    "fixture-secret-client",
                    REFRESH_TOKEN,
                    "fixture-secret-refresh-" + user,
                    ACCESS_TOKEN,
                    access));
        }
    }

    /// What must be stored for a user: one of `accesses` (`""` is no row), certain when there is but one.
    private record Known(Optional<StoredToken> token, Set<String> accesses) {
        static Known nothing() {
            return new Known(Optional.empty(), Set.of(""));
        }

        static Known exactly(StoredToken token, String access) {
            return new Known(Optional.of(token), Set.of(access));
        }

        Known or(String access) {
            return new Known(
                    token,
                    Stream.concat(accesses.stream(), Stream.of(access)).collect(Collectors.toCollection(HashSet::new)));
        }

        boolean isCertain() {
            return accesses.size() == 1;
        }
    }
}
