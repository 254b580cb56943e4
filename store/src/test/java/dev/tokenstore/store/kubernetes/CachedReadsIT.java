package dev.tokenstore.store.kubernetes;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.CLIENT_ID;
import static dev.tokenstore.store.token.TokenField.EXPIRES_IN;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.store.ReadListener;
import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.fault.FaultProxy;
import dev.tokenstore.testing.fault.FaultProxy.Fault;
import dev.tokenstore.testing.product.ShippedPolicies;
import dev.tokenstore.testing.product.TestStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Reads that remember their rows, through a proxy that counts and harms the requests to a real API server.
class CachedReadsIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private static final Duration BOUND = Freshness.MAX_AGE.plusSeconds(2);

    private FaultProxy proxy;
    private TestStores stores;
    private TestStores direct;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final AtomicInteger watches = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private final ConcurrentLinkedQueue<String> outages = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void createStore() {
        proxy = new FaultProxy(kubernetes.config());
        stores = TestStores.create(kubernetes, proxy.config());
        direct = TestStores.of(kubernetes, kubernetes.namespace(), stores.name(), kubernetes.config());
    }

    @AfterEach
    void close() throws Exception {
        for (var closed : opened) {
            closed.close();
        }
        stores.close();
        direct.close();
        proxy.close();
    }

    @Test
    void readsOfATokenInUseCostNoRequest() {
        var store = open(Duration.ofMinutes(5));
        var saved = saved(store, user("alice").with(ACCESS_TOKEN, "a1").with(CLIENT_ID, "c1"));
        for (var wanted : List.of(user("alice"), user("alice").with(CLIENT_ID, "c1"), access("a1"))) {
            assertThat(store.find(wanted)).as("asked once").isPresent();
        }
        assertThat(store.findById(saved.id())).isPresent();
        proxy.forgetRequests();

        awaitWatched(store, saved);
        assertThat(gets()).as("one a second until it is watched").hasSizeLessThanOrEqualTo(5);
        proxy.forgetRequests();
        var until = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        var reads = 0;
        while (System.nanoTime() < until) {
            assertThat(store.findById(saved.id())).isPresent();
            assertThat(store.find(user("alice"))).isPresent();
            assertThat(store.find(user("alice").with(CLIENT_ID, "c1"))).isPresent();
            assertThat(store.find(access("a1"))).isPresent();
            reads += 4;
        }

        assertThat(reads).isGreaterThan(1_000);
        assertThat(secretRequests())
                .as("but for the one that tries the connection")
                .hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void aSaveOfAKnownTokenIsOneRequest() {
        var store = open(Duration.ofMinutes(5));
        var saved = saved(store, user("alice").with(ACCESS_TOKEN, "a0"));
        for (var given : List.of(
                user("alice").with(ID, saved.id().reveal()).with(ACCESS_TOKEN, "a1"),
                TokenFields.NONE.with(ID, saved.id().reveal()).with(ACCESS_TOKEN, "a2"),
                user("alice").with(ACCESS_TOKEN, "a3"))) {
            proxy.forgetRequests();

            var next = saved(store, given);

            assertThat(next.id()).isEqualTo(saved.id());
            assertThat(next.fields().get(ACCESS_TOKEN)).isEqualTo(given.get(ACCESS_TOKEN));
            assertThat(secretRequests())
                    .singleElement()
                    .satisfies(request -> assertThat(request).startsWith("PATCH "));
        }
    }

    @Test
    void aSaveDecidesOnWhatIsStoredWhereWhatIsRememberedIsOutdated() {
        var store = open(Duration.ofMinutes(5));
        var other = direct.open();
        opened.add(other);
        var first = saved(store, user("alice").with(ACCESS_TOKEN, "a0"));
        var byId = TokenFields.NONE.with(ID, first.id().reveal());
        saved(other, byId.with(CLIENT_ID, "c1"));

        var second = saved(store, byId.with(ACCESS_TOKEN, "a1"));
        assertThat(second.fields().get(CLIENT_ID)).contains(new SecretValue("c1"));

        saved(other, byId.with(ACCESS_TOKEN, "a2"));
        assertThat(store.saveIfVersion(byId.with(ACCESS_TOKEN, "a3"), second.version()))
                .isInstanceOf(SaveResult.VersionConflict.class);

        other.delete(first.id());
        assertThat(store.save(byId.with(ACCESS_TOKEN, "a4"))).isInstanceOf(SaveResult.TokenDeleted.class);
    }

    @Test
    void changesOfOthersArriveByTheWatch() {
        var store = open(Duration.ofMinutes(5));
        var other = direct.open();
        opened.add(other);
        var saved = saved(store, user("alice").with(ACCESS_TOKEN, "a0"));
        awaitWatched(store, saved);

        var slowest = Duration.ZERO;
        for (var i = 1; i <= 50; i++) {
            var expected = Optional.of("a" + i);
            saved(other, user("alice").with(ACCESS_TOKEN, "a" + i));
            var start = System.nanoTime();
            while (!accessOf(store.findById(saved.id())).equals(expected)) {
                assertThat(System.nanoTime() - start)
                        .isLessThan(Freshness.MAX_AGE.multipliedBy(2).toNanos());
            }
            var took = Duration.ofNanos(System.nanoTime() - start);
            slowest = took.compareTo(slowest) > 0 ? took : slowest;
        }
        assertThat(slowest).as("sooner than requests would tell").isLessThan(Duration.ofMillis(500));

        other.delete(saved.id());
        await().atMost(BOUND).until(() -> store.findById(saved.id()).isEmpty());
        var again = saved(other, user("alice").with(ACCESS_TOKEN, "again"));
        await().atMost(BOUND).until(() -> accessOf(store.find(user("alice"))).equals(Optional.of("again")));
        assertThat(store.findById(again.id())).isPresent();
        assertThat(store.findById(saved.id())).isEmpty();
    }

    @Test
    void aWatchThatBreaksIsOpenedAgain() {
        var store = open(Duration.ofMinutes(5));
        var saved = saved(store, user("alice").with(ACCESS_TOKEN, "a0"));
        awaitWatched(store, saved);

        for (var i = 0; i < 3; i++) {
            assertThat(proxy.closeStreams()).isPositive();
            await().atMost(BOUND).until(() -> {
                store.findById(saved.id());
                return watches.get() == 0;
            });
            awaitWatched(store, saved);
        }
    }

    @Test
    void aConnectionThatIsHalfOpenIsFoundByARequestOverIt() {
        var store = open(Duration.ofMinutes(5));
        var other = direct.open();
        opened.add(other);
        var saved = saved(store, user("alice").with(ACCESS_TOKEN, "a0"));
        awaitWatched(store, saved);

        proxy.freezeStreams();
        saved(other, user("alice").with(ACCESS_TOKEN, "unseen"));

        await().atMost(Duration.ofSeconds(75))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> accessOf(store.findById(saved.id())).equals(Optional.of("unseen")));
    }

    @Test
    void worksWhereWatchesCannotBeginWithTheState() {
        proxy.misbehave(request -> request.contains("sendInitialEvents") ? Fault.BAD_REQUEST : Fault.NONE);
        var store = open(Duration.ofMinutes(5));
        var other = direct.open();
        opened.add(other);
        var saved = saved(store, user("alice").with(ACCESS_TOKEN, "a0"));
        awaitWatched(store, saved);

        for (var i = 1; i <= 10; i++) {
            var expected = Optional.of("a" + i);
            saved(other, user("alice").with(ACCESS_TOKEN, "a" + i));
            await().atMost(BOUND)
                    .until(() -> accessOf(store.findById(saved.id())).equals(expected));
        }
        assertThat(proxy.requests().stream().filter(request -> request.contains("sendInitialEvents")))
                .as("asked for once")
                .hasSize(1);
    }

    @Test
    void worksWithoutTheRightToWatch() {
        proxy.misbehave(request -> request.contains("watch=true") ? Fault.FORBIDDEN : Fault.NONE);
        var store = open(Duration.ofMinutes(5));
        var other = direct.open();
        opened.add(other);
        var saved = saved(store, user("alice").with(ACCESS_TOKEN, "a0"));
        await().pollInterval(Duration.ofMillis(20)).until(() -> {
            store.findById(saved.id());
            return refusals.get() > 0;
        });

        saved(other, user("alice").with(ACCESS_TOKEN, "a1"));
        await().atMost(BOUND).until(() -> accessOf(store.findById(saved.id())).equals(Optional.of("a1")));
        assertThat(refusals).as("said once").hasValue(1);
        assertThat(proxy.requests().stream().filter(request -> request.contains("watch=true")))
                .hasSize(1);
    }

    private void awaitWatched(TokenStore store, StoredToken token) {
        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    store.findById(token.id());
                    return watches.get() > 0;
                });
    }

    private List<String> gets() {
        return secretRequests().stream()
                .filter(request -> !request.contains("watch=true"))
                .toList();
    }

    @Test
    void manyWhoWaitForARowShareARequest() throws Exception {
        var store = open(Duration.ofMinutes(5));
        var saved = saved(store, user("alice").with(ACCESS_TOKEN, "a1"));
        store.findById(saved.id());
        Thread.sleep(Freshness.MAX_AGE);
        proxy.forgetRequests();

        try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Optional<StoredToken>> find = () -> store.findById(saved.id());
            for (var found : callers.invokeAll(Collections.nCopies(200, find))) {
                assertThat(found.get()).isPresent();
            }
        }

        assertThat(gets()).hasSize(1);
    }

    @Test
    void ownWritesAreSeenAtOnceAndThoseOfOthersWithinASecond() {
        var store = open(Duration.ofMinutes(5));
        var other = direct.open();
        opened.add(other);
        var saved = saved(store, user("alice").with(ACCESS_TOKEN, "a0"));
        store.findById(saved.id());

        for (var i = 1; i <= 20; i++) {
            saved(store, user("alice").with(ACCESS_TOKEN, "a" + i));
            assertThat(accessOf(store.findById(saved.id()))).contains("a" + i);
            assertThat(accessOf(store.find(user("alice")))).contains("a" + i);
        }
        saved(other, user("alice").with(ACCESS_TOKEN, "theirs"));
        await().atMost(BOUND).until(() -> accessOf(store.findById(saved.id())).equals(Optional.of("theirs")));

        store.delete(saved.id());
        assertThat(store.findById(saved.id())).isEmpty();
        assertThat(store.find(user("alice"))).isEmpty();

        var again = saved(store, user("alice").with(ACCESS_TOKEN, "again"));
        assertThat(accessOf(store.find(user("alice")))).contains("again");
        other.delete(again.id());
        await().atMost(BOUND).until(() -> store.find(user("alice")).isEmpty());
    }

    @Test
    void aRowThatFitsBetterIsFoundWithinASecond() {
        var store = open(Duration.ofMinutes(5));
        var other = direct.open();
        opened.add(other);
        saved(store, user("alice").with(ACCESS_TOKEN, "without a client"));
        var wanted = user("alice").with(CLIENT_ID, "c2");
        assertThat(accessOf(store.find(wanted))).contains("without a client");

        saved(other, user("bob").with(ACCESS_TOKEN, "of the client").with(CLIENT_ID, "c2"));
        saved(other, access("of the client").with(USER_SIGNATURE, "alice").with(TokenField.ID, idOf(other, "bob")));

        await().atMost(BOUND).until(() -> accessOf(store.find(wanted)).equals(Optional.of("of the client")));
    }

    @Test
    void aTokenNearItsExpiryIsReadTenTimesASecond() {
        var store = open(Duration.ofMinutes(5));
        var saved = saved(store, expiring("alice", "a1", Duration.ofSeconds(5)));
        store.findById(saved.id());
        proxy.forgetRequests();

        var until = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        while (System.nanoTime() < until) {
            store.findById(saved.id());
        }

        assertThat(gets()).hasSizeBetween(3, 11);
    }

    @Test
    void validTokensAreServedWhileTheApiServerIsAway() {
        for (var fault : List.of(Fault.DROP_REQUEST, Fault.HANG)) {
            var store = open(Duration.ofMinutes(5));
            var valid = saved(store, expiring("valid", "v", Duration.ofHours(1)));
            var expired = saved(store, expiring("expired", "e", Duration.ofHours(-1)));
            var unknown = saved(store, user("unknown").with(ACCESS_TOKEN, "u"));
            List.of(valid, expired, unknown)
                    .forEach(token -> assertThat(store.findById(token.id())).isPresent());
            assertThat(store.find(user("valid"))).isPresent();

            proxy.misbehave(request -> fault);
            await().atMost(Duration.ofSeconds(30))
                    .until(() ->
                            !outages.isEmpty() || store.findById(valid.id()).isEmpty());

            var start = System.nanoTime();
            for (var i = 0; i < 200; i++) {
                assertThat(accessOf(store.findById(valid.id()))).contains("v");
                assertThat(accessOf(store.find(user("valid")))).contains("v");
                assertThat(accessOf(store.findById(unknown.id()))).contains("u");
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .as("waits of half a second each would be five minutes")
                    .isLessThan(Duration.ofSeconds(20));
            assertUnavailable(() -> store.findById(expired.id()));

            // an answer that was on its way may have ended the outage once
            outages.clear();
            proxy.misbehave(request -> Fault.NONE);
            await().atMost(Duration.ofSeconds(15)).until(() -> outages.contains("back"));
            saved(store, expiring("valid", "v2", Duration.ofHours(1)));
            assertThat(accessOf(store.findById(valid.id()))).contains("v2");
            assertThat(accessOf(store.findById(expired.id()))).contains("e");
            outages.clear();
        }
    }

    @Test
    void servesNothingLongerThanItMay() {
        var brief = open(Duration.ofSeconds(4));
        var never = open(Duration.ZERO);
        var valid = saved(brief, expiring("valid", "v", Duration.ofHours(1)));
        assertThat(brief.findById(valid.id())).isPresent();
        assertThat(never.findById(valid.id())).isPresent();

        proxy.misbehave(request -> Fault.DROP_REQUEST);

        await().atMost(Duration.ofSeconds(5)).untilAsserted(() -> assertUnavailable(() -> never.findById(valid.id())));
        assertThat(brief.findById(valid.id())).isPresent();
        await().atMost(Duration.ofSeconds(6)).untilAsserted(() -> assertUnavailable(() -> brief.findById(valid.id())));
    }

    @Test
    void aCallerThatGivesUpIsNoOutage() throws Exception {
        var store = open(Duration.ofMinutes(5));
        var other = direct.open();
        opened.add(other);
        var slow = saved(store, user("slow").with(ACCESS_TOKEN, "s"));
        var changed = saved(store, user("changed").with(ACCESS_TOKEN, "before"));
        List.of(slow, changed)
                .forEach(token -> assertThat(store.findById(token.id())).isPresent());
        await().pollDelay(Freshness.MAX_AGE.multipliedBy(2)).until(() -> true);
        saved(other, user("changed").with(ACCESS_TOKEN, "after"));
        proxy.misbehave(request -> request.contains(slow.name()) ? Fault.HANG : Fault.NONE);

        var caller = Thread.ofVirtual().start(() -> {
            try {
                store.findById(slow.id());
            } catch (StorageException e) {
                assertThat(e.reason()).isEqualTo(Reason.API_SERVER_UNAVAILABLE);
            }
        });
        await().until(() -> proxy.requests().stream().anyMatch(request -> request.contains(slow.name())));
        caller.interrupt();
        caller.join();

        assertThat(accessOf(store.findById(changed.id()))).contains("after");
        assertThat(outages).isEmpty();
    }

    @Test
    void watchesAreOpenedAgainAfterAnOutageWithoutStreamingLists() {
        proxy.misbehave(request -> request.contains("sendInitialEvents") ? Fault.BAD_REQUEST : Fault.NONE);
        var store = open(Duration.ofMinutes(5));
        var saved = saved(store, user("alice").with(ACCESS_TOKEN, "a0"));
        awaitWatched(store, saved);

        proxy.misbehave(request -> Fault.DROP_REQUEST);
        proxy.closeStreams();
        await().pollDelay(Duration.ofSeconds(5))
                .until(() -> store.findById(saved.id()).isPresent());
        proxy.misbehave(request -> request.contains("sendInitialEvents") ? Fault.BAD_REQUEST : Fault.NONE);

        await().atMost(Duration.ofSeconds(5)).until(() -> watches.get() == 0);
        awaitWatched(store, saved);
    }

    @Test
    void nothingIsServedOnceSecretsMayNotBeRead() {
        var store = open(Duration.ofMinutes(5));
        var saved = saved(store, user("alice").with(ACCESS_TOKEN, "a0"));
        awaitWatched(store, saved);

        proxy.misbehave(request -> request.contains("/secrets") ? Fault.FORBIDDEN : Fault.NONE);

        await().atMost(Duration.ofSeconds(25))
                .pollInterval(Duration.ofMillis(50))
                .untilAsserted(() -> assertThatThrownBy(() -> store.findById(saved.id()))
                        .isInstanceOfSatisfying(
                                StorageException.class,
                                e -> assertThat(e.reason()).isEqualTo(Reason.STORE_NOT_ACCESSIBLE)));
    }

    @Test
    void nothingIsServedOnceTheRightIsGone() {
        var namespace = kubernetes.newNamespace();
        var store = TestStore.in(kubernetes, namespace, "crm").apply("{}");
        kubernetes.apply(ShippedPolicies.ROLES);
        store.bind("oauth-token-store-client", TestStores.ACCOUNT);
        var account = TestStores.of(kubernetes, namespace, "crm", kubernetes.configAs(namespace, TestStores.ACCOUNT));
        opened.add(account);
        await().ignoreExceptions().until(() -> account.secrets() != null);
        var reads = open(account, Duration.ofMinutes(5));
        await().ignoreExceptions().until(() -> saved(reads, user("alice").with(ACCESS_TOKEN, "a")) != null);
        awaitWatched(reads, reads.find(user("alice")).orElseThrow());

        kubernetes.admin().rbac().roleBindings().inNamespace(namespace).delete();

        await().atMost(Duration.ofSeconds(20))
                .untilAsserted(() -> assertThatThrownBy(() -> reads.find(user("alice")))
                        .isInstanceOfSatisfying(
                                StorageException.class,
                                e -> assertThat(e.reason()).isEqualTo(Reason.STORE_NOT_ACCESSIBLE)));
    }

    private static void assertUnavailable(ThrowingCallable read) {
        assertThatThrownBy(read)
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.reason()).isEqualTo(Reason.API_SERVER_UNAVAILABLE));
    }

    private List<String> secretRequests() {
        return proxy.requests().stream()
                .filter(request -> request.contains("/secrets"))
                .toList();
    }

    private TokenStore open(Duration serveStaleFor) {
        return open(stores, serveStaleFor);
    }

    private TokenStore open(TestStores stores, Duration serveStaleFor) {
        var storage = stores.storage(InstantSource.system());
        var reads = storage.cachedReads(serveStaleFor, new ReadListener() {
            @Override
            public void read(Source source) {}

            @Override
            public void unreachable(String why) {
                outages.add("away");
            }

            @Override
            public void reachable() {
                outages.add("back");
            }

            @Override
            public void watches(int open) {
                watches.set(open);
            }

            @Override
            public void watchRefused() {
                refusals.incrementAndGet();
            }
        });
        var store = new TokenStore(reads, storage, storage.uses(), new SecureRandom());
        opened.add(store);
        return store;
    }

    private static TokenFields user(String user) {
        return TokenFields.NONE.with(USER_SIGNATURE, user);
    }

    private static TokenFields access(String access) {
        return TokenFields.NONE.with(ACCESS_TOKEN, access);
    }

    private static TokenFields expiring(String user, String access, Duration in) {
        return user(user)
                .with(ACCESS_TOKEN, access)
                .with(EXPIRES_IN, Long.toString(Instant.now().plus(in).toEpochMilli()));
    }

    private static String idOf(TokenStore store, String user) {
        return store.find(user(user)).orElseThrow().id().reveal();
    }

    private static StoredToken saved(TokenStore store, TokenFields fields) {
        return ((SaveResult.Saved) store.save(fields)).token();
    }

    private static Optional<String> accessOf(Optional<StoredToken> token) {
        return token.flatMap(found -> found.fields().get(ACCESS_TOKEN)).map(SecretValue::reveal);
    }
}
