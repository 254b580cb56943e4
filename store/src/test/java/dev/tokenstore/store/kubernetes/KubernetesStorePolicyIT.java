package dev.tokenstore.store.kubernetes;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.CLIENT_ID;
import static dev.tokenstore.store.token.TokenField.CLIENT_SECRET;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.fault.FaultProxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// What an `OAuthTokenStore` asks of sidecars, while no operator runs.
@Execution(ExecutionMode.CONCURRENT)
class KubernetesStorePolicyIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    /// What is known of the store is believed for 15 s.
    private static final Duration SEEN_WITHIN = Duration.ofSeconds(17);

    private TestStores stores;
    private TokenStore store;

    @BeforeEach
    void open() {
        stores = TestStores.create(kubernetes);
        store = stores.open();
    }

    @AfterEach
    void close() {
        store.close();
        stores.close();
    }

    @Test
    void aTokenWhoseTimeIsOverIsMissedUnlessTheStoreIsSuspended() {
        missesWhatIsOverUnless("{\"suspend\":true}");
    }

    @Test
    void aTokenWhoseTimeIsOverIsMissedUnlessTheCleanupIsOnlyTriedOut() {
        missesWhatIsOverUnless("{\"cleanup\":{\"dryRun\":true}}");
    }

    private void missesWhatIsOverUnless(String harmless) {
        stores.setSpec("{\"maxTokenAge\":\"2s\"}");
        var over = save(token("alice"));
        await().until(() -> store.findById(over.id()).isEmpty());
        assertThat(store.find(user("alice"))).isEmpty();

        stores.setSpec(harmless);
        await().atMost(SEEN_WITHIN)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> store.findById(over.id()).isPresent());

        assertThat(store.find(user("alice"))).map(StoredToken::name).hasValue(over.name());
        assertThat(store.list(0, "").tokens()).hasSize(1);
        assertThat(save(TokenFields.NONE
                                .with(ID, over.fields().get(ID).orElseThrow().reveal())
                                .with(ACCESS_TOKEN, "fixture-secret-new"))
                        .name())
                .isEqualTo(over.name());
        stores.setSpec("{\"suspend\":false,\"cleanup\":{\"dryRun\":false}}");
        try (var another = stores.open()) {
            assertThat(another.findById(over.id())).isEmpty();
        }
    }

    @Test
    void aTokenWhoseTimeIsOverIsGoneForReadersAndWritersBeforeAnyoneDeletesIt() {
        stores.setSpec("{\"maxTokenAge\":\"2s\"}");
        var kept = save(token("bob"));
        stores.edit(kept, secret -> secret.getMetadata().getAnnotations().put("tokenstore.dev/keep", "true"));
        var over = save(renewable("alice"));

        await().until(() -> store.findById(over.id()).isEmpty());

        assertThat(store.find(user("alice"))).isEmpty();
        assertThat(store.list(0, "").tokens()).extracting(StoredToken::name).containsExactly(kept.name());
        assertThat(store.save(id(over).with(ACCESS_TOKEN, "fixture-secret-late")))
                .isInstanceOf(SaveResult.TokenDeleted.class);
        var anew = save(renewable("alice"));
        assertThat(anew.fields().get(ID)).isNotEqualTo(over.fields().get(ID));
        assertThat(store.find(user("alice"))).map(StoredToken::name).hasValue(anew.name());
        assertThat(stores.secrets())
                .as("the new token took the place of the one that was over")
                .hasSize(2);
    }

    @Test
    void aTokenWhoseTimeIsOverCanStillBeDeleted() {
        stores.setSpec("{\"maxTokenAge\":\"1s\"}");
        var over = save(token("alice"));
        await().until(() -> store.findById(over.id()).isEmpty());

        store.delete(over.id());

        assertThat(stores.secrets()).isEmpty();
    }

    @Test
    void readsProlongASessionByAtMostOneWritePerTenthOfItsTimeout() {
        var timeout = Duration.ofSeconds(10);
        stores.setSpec("{\"sessionTimeout\":\"10s\"}");
        try (var proxy = new FaultProxy(kubernetes.config());
                var counted = TestStores.of(kubernetes, kubernetes.namespace(), stores.name(), proxy.config());
                var reader = counted.open()) {
            assertThat(reader.find(user("alice"))).isEmpty();
            var row = save(token("alice"));
            proxy.forgetRequests();
            var start = System.nanoTime();

            await().until(() -> {
                assertThat(reader.findById(row.id()))
                        .get()
                        .extracting(StoredToken::version)
                        .isEqualTo(row.version());
                return lastUse().isAfter(row.createTime().plusSeconds(3));
            });

            var tenths = (System.nanoTime() - start) / timeout.dividedBy(10).toNanos() + 1;
            assertThat(proxy.requests())
                    .filteredOn(request -> request.startsWith("PATCH "))
                    .hasSizeBetween(2, (int) tenths);
        }
    }

    @Test
    void nonsenseInOneTokensStampsHurtsNoReaderAndNoOtherToken() {
        stores.setSpec("{\"sessionTimeout\":\"10h\"}");
        var row = save(renewable("alice"));
        stores.edit(
                row,
                secret -> List.of(
                                TokenSecretLayout.CREATED_AT,
                                TokenSecretLayout.USER_SINCE,
                                TokenSecretLayout.SAVED_AT,
                                TokenSecretLayout.LAST_USED_AT)
                        .forEach(stamp ->
                                secret.getMetadata().getAnnotations().put(stamp, "+1000000000-12-31T23:59:59Z")));

        assertThat(store.findById(row.id())).isPresent();
        var second = save(token("alice")
                .with(CLIENT_ID, "C2")
                .with(REFRESH_TOKEN, "fixture-secret-2")
                .with(ACCESS_TOKEN, "fixture-secret-3"));

        assertThat(second.createTime()).isBefore(Instant.parse("2100-01-01T00:00:00Z"));
        assertThat(store.list(0, "").tokens()).hasSize(2);
    }

    @Test
    void aStoreThatIsFullTakesNoNewTokenButKnownOnes() {
        var alice = save(token("alice"));
        save(token("bob"));
        stores.setSpec("{\"limits\":{\"maxTokens\":2}}");
        setCount(2);
        try (var another = stores.open()) {
            assertThat(another.find(user("alice"))).isPresent();

            assertIsFull(another, "holds 2 of the 2 tokens");
            assertThat(another.save(user("alice").with(ACCESS_TOKEN, "fixture-secret-new")))
                    .isInstanceOf(SaveResult.Saved.class);
            assertThat(another.save(user("bob").with(ACCESS_TOKEN, "fixture-secret-newer")))
                    .isInstanceOf(SaveResult.Saved.class);
            assertThat(another.list(0, "").tokens()).hasSize(2);
            another.delete(alice.id());
            assertIsFull(another, "holds 2 of the 2 tokens");

            setCount(1);
            assertThat(another.save(token("carol")))
                    .as("counted anew, and seen at once")
                    .isInstanceOf(SaveResult.Saved.class);
            assertIsFull(another, "holds 2 of the 2 tokens");
            stores.setSpec("{\"limits\":{\"maxTokens\":3}}");
            assertThat(another.save(token("dave")))
                    .as("raised, and seen at once")
                    .isInstanceOf(SaveResult.Saved.class);
        }
    }

    @Test
    void countsTheTokensThatItMadeSinceTheOperatorCounted() {
        stores.setSpec("{\"limits\":{\"maxTokens\":2}}");
        setCount(0);
        save(token("alice"));
        save(token("bob"));

        assertIsFull(store, "holds 2 of the 2 tokens");
        assertThat(stores.secrets()).hasSize(2);
    }

    @Test
    void withoutACountThereIsNoLimit() {
        stores.setSpec("{\"limits\":{\"maxTokens\":1}}");

        save(token("alice"));
        save(token("bob"));
    }

    @Test
    void aTokenThatTakesThePlaceOfOneThatIsOverNeedsNoRoom() {
        stores.setSpec("{\"limits\":{\"maxTokens\":1},\"maxTokenAge\":\"2s\"}");
        setCount(0);
        var over = save(token("alice"));
        await().until(() -> store.findById(over.id()).isEmpty());
        assertIsFull(store, "holds 1 of the 1 tokens");

        assertThat(save(token("alice")).version()).isNotEqualTo(over.version());
        assertThat(stores.secrets()).hasSize(1);
    }

    private void assertIsFull(TokenStore asked, String sentence) {
        assertThatThrownBy(() -> asked.save(token("erin")))
                .isInstanceOfSatisfying(
                        StorageException.class,
                        failure -> assertThat(failure.reason()).isEqualTo(Reason.STORE_FULL))
                .hasMessageContaining(sentence)
                .hasMessageContaining("spec.limits.maxTokens");
    }

    /// What the operator would write.
    private void setCount(int tokens) {
        stores.resource().editStatus(counted -> {
            counted.setStatus(
                    new OAuthTokenStoreStatus(1L, new TokenCounts(tokens, tokens, 0, 0, 0), null, null, null));
            return counted;
        });
    }

    private StoredToken save(TokenFields fields) {
        return ((SaveResult.Saved) store.save(fields)).token();
    }

    private Instant lastUse() {
        assertThat(stores.secrets()).hasSize(1);
        return Instant.parse(stores.secrets()
                .getFirst()
                .getMetadata()
                .getAnnotations()
                .getOrDefault(TokenSecretLayout.LAST_USED_AT, Instant.EPOCH.toString()));
    }

    private static TokenFields id(StoredToken row) {
        return TokenFields.NONE.with(ID, row.fields().get(ID).orElseThrow().reveal());
    }

    private static TokenFields token(String user) {
        return user(user).with(ACCESS_TOKEN, "fixture-secret-of-" + user);
    }

    private static TokenFields renewable(String user) {
        return token(user)
                .with(CLIENT_ID, "C1")
                .with(CLIENT_SECRET, "fixture-secret-client")
                .with(REFRESH_TOKEN, "fixture-secret-refresh-" + user);
    }

    private static TokenFields user(String user) {
        return TokenFields.NONE.with(USER_SIGNATURE, user);
    }
}
