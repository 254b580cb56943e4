package dev.tokenstore.store.kubernetes;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.store.NewTokenResult;
import dev.tokenstore.store.NewTokenResult.Failed;
import dev.tokenstore.store.NewTokenResult.RowExists;
import dev.tokenstore.store.NewTokenResult.Stored;
import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.fault.FaultProxy;
import dev.tokenstore.testing.fault.FaultProxy.Fault;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Many new rows at once, while the network or the API server fails.
class BulkInsertionIT {
    private static final int ROWS = 100;

    /// As many as are written at a time.
    private static final int AT_ONCE = 24;

    private static final List<Fault> FAULTS = List.of(
            Fault.DROP_REQUEST,
            Fault.SWALLOW_REPLY,
            Fault.DELIVER_LATE,
            Fault.DOUBLE,
            Fault.CUT_REPLY,
            Fault.TOO_MANY_REQUESTS,
            Fault.UNAVAILABLE);

    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private FaultProxy proxy;

    @BeforeEach
    void startProxy() {
        proxy = new FaultProxy(kubernetes.config());
    }

    @AfterEach
    void stopProxy() {
        proxy.close();
    }

    @Test
    void onceTheApiServerDoesNotAnswerTheRowsThatAreLeftAreNotTriedAndTheNextAttemptStoresThem() {
        try (var stores = TestStores.create(kubernetes, proxy.config());
                var store = stores.open()) {
            proxy.misbehave(request -> request.startsWith("PATCH ") ? Fault.UNAVAILABLE : Fault.NONE);

            assertThat(store.saveNew(rows()))
                    .hasSize(ROWS)
                    .allSatisfy(result -> assertThat(result)
                            .isInstanceOfSatisfying(
                                    Failed.class,
                                    failed -> assertThat(failed.why().reason())
                                            .isEqualTo(Reason.API_SERVER_UNAVAILABLE)));
            assertThat(proxy.requests().stream()
                            .filter(request -> request.startsWith("PATCH "))
                            .distinct())
                    .as("Secrets whose confirmation was tried")
                    .hasSizeBetween(1, AT_ONCE);
            assertThat(store.list(0, "").tokens()).isEmpty();

            proxy.misbehave(request -> Fault.NONE);

            assertThat(store.saveNew(rows())).hasSize(ROWS).hasOnlyElementsOfType(Stored.class);
            assertThat(stores.secrets()).hasSize(ROWS);
        }
    }

    @Test
    void aListThatExpiredWhileItWasReadIsBegunAnew() {
        try (var stores = TestStores.create(kubernetes, proxy.config());
                var store = stores.open()) {
            var expired = new AtomicBoolean();
            proxy.misbehave(
                    request -> request.contains("PartialObjectMetadataList") && expired.compareAndSet(false, true)
                            ? Fault.GONE
                            : Fault.NONE);

            assertThat(store.saveNew(rows())).hasOnlyElementsOfType(Stored.class);
            assertThat(expired).isTrue();
        }
    }

    @Test
    void aTokenThatLivesAgainSinceItWasSeenMakesNoRoom() {
        var shortLived = new OAuthTokenStoreSpec(null, "2s", null, null, null, null, null);
        try (var stores = TestStores.create(kubernetes, proxy.config(), shortLived);
                var store = stores.open()) {
            var row = ((SaveResult.Saved) store.save(row(0))).token();
            await().until(() -> store.findById(row.id()).isEmpty());
            var kept = new AtomicBoolean();
            proxy.misbehave(request -> {
                if (request.startsWith("GET ")
                        && request.contains("/secrets/" + row.name())
                        && kept.compareAndSet(false, true)) {
                    edit(
                            row.name(),
                            secret -> secret.getMetadata().getAnnotations().put("tokenstore.dev/keep", "true"));
                }
                return Fault.NONE;
            });

            assertThat(store.saveNew(List.of(row(0).with(ACCESS_TOKEN, "fixture-secret-imported"))))
                    .containsExactly(new RowExists());

            assertThat(kept).isTrue();
            assertThat(store.findById(row.id())).isPresent();
        }
    }

    @Test
    void anIdWhoseTokenCannotBeReadFailsThatRowAndNoOther() {
        try (var stores = TestStores.create(kubernetes, proxy.config());
                var store = stores.open()) {
            var broken = ((SaveResult.Saved) store.save(row(0))).token();
            edit(broken.name(), secret -> secret.getData().put("expires_in", "c29vbg=="));
            var withItsId =
                    row(1).with(ID, broken.fields().get(ID).orElseThrow().reveal());

            var results = store.saveNew(List.of(withItsId, row(2)));

            assertThat(results.getFirst())
                    .isInstanceOfSatisfying(
                            Failed.class,
                            failed -> assertThat(failed.why().reason()).isEqualTo(Reason.TOKEN_UNREADABLE));
            assertThat(results.getLast()).isInstanceOf(Stored.class);
        }
    }

    @Test
    void aLossyNetworkLosesNoRowAndMakesNoTwin() throws Exception {
        var seed = new Random().nextLong();
        try (var stores = TestStores.create(kubernetes, proxy.config());
                var calm = TestStores.of(kubernetes, kubernetes.namespace(), stores.name(), kubernetes.config())
                        .open();
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            proxy.harm(new Random(seed), 8, FAULTS);
            var importers = List.<Callable<Object>>of(
                    () -> saveUntilAllAreThere(stores.open(), rows()),
                    () -> saveUntilAllAreThere(stores.open(), rows().reversed()));
            for (var importer : threads.invokeAll(importers)) {
                importer.get();
            }
            proxy.misbehave(request -> Fault.NONE);

            var users = calm.list(TokenStore.MAX_PAGE_SIZE, "").tokens().stream()
                    .map(row -> row.fields().get(USER_SIGNATURE).orElseThrow().reveal())
                    .toList();
            assertThat(users).as("seed %d", seed).hasSize(ROWS).doesNotHaveDuplicates();
        }
    }

    private static int saveUntilAllAreThere(TokenStore store, List<TokenFields> rows) {
        try (store) {
            var open = rows;
            int attempts = 0;
            while (!open.isEmpty()) {
                assertThat(attempts++).as("attempts").isLessThan(30);
                var again = new ArrayList<TokenFields>();
                var results = store.saveNew(open);
                for (int i = 0; i < open.size(); i++) {
                    if (!isThere(results.get(i), store, open.get(i))) {
                        again.add(open.get(i));
                    }
                }
                open = again;
            }
            return attempts;
        }
    }

    /// What another one was about to store may still come to nothing.
    private static boolean isThere(NewTokenResult result, TokenStore store, TokenFields fields) {
        return switch (result) {
            case Stored stored -> true;
            case RowExists exists -> {
                try {
                    yield store.find(fields).isPresent();
                } catch (StorageException e) {
                    yield false;
                }
            }
            case NewTokenResult.TokenDeleted deleted -> throw new AssertionError("no token was deleted");
            case Failed failed -> false;
        };
    }

    private void edit(String name, Consumer<Secret> edit) {
        kubernetes
                .admin()
                .secrets()
                .inNamespace(kubernetes.namespace())
                .withName(name)
                .edit(secret -> {
                    var edited = new SecretBuilder(secret).build();
                    edit.accept(edited);
                    return edited;
                });
    }

    private static List<TokenFields> rows() {
        return IntStream.range(0, ROWS).mapToObj(BulkInsertionIT::row).toList();
    }

    private static TokenFields row(int number) {
        return TokenFields.of(
                Map.of(USER_SIGNATURE, "user-" + number, REFRESH_TOKEN, "fixture-secret-refresh-" + number));
    }
}
