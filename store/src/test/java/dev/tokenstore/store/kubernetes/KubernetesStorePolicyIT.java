package dev.tokenstore.store.kubernetes;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.testing.KubernetesForTests;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What an `OAuthTokenStore` asks of sidecars, while no operator runs.
class KubernetesStorePolicyIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes =
            KubernetesForTests.create().withCustomResourceDefinitions(Path.of("../deploy/crds"));

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
        setSpec("{\"maxTokenAge\":\"2s\"}");
        var over = save(token("alice"));
        await().until(() -> store.findById(over.fields()).isEmpty());
        assertThat(store.find(user("alice"))).isEmpty();

        setSpec(harmless);
        await().atMost(SEEN_WITHIN)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> store.findById(over.fields()).isPresent());

        assertThat(store.find(user("alice"))).map(StoredToken::name).hasValue(over.name());
        assertThat(store.list(0, "").tokens()).hasSize(1);
        assertThat(save(TokenFields.NONE
                                .with(ID, over.fields().get(ID).orElseThrow().reveal())
                                .with(ACCESS_TOKEN, "fixture-secret-new"))
                        .name())
                .isEqualTo(over.name());
        setSpec("{\"suspend\":false,\"cleanup\":{\"dryRun\":false}}");
        try (var another = stores.open()) {
            assertThat(another.findById(over.fields())).isEmpty();
        }
    }

    @Test
    void aStoreThatIsFullTakesNoNewTokenButKnownOnes() {
        var alice = save(token("alice"));
        save(token("bob"));
        setSpec("{\"limits\":{\"maxTokens\":2}}");
        setCount(2);
        try (var another = stores.open()) {
            assertThat(another.find(user("alice"))).isPresent();

            assertIsFull(another, "holds 2 of the 2 tokens");
            assertThat(another.save(user("alice").with(ACCESS_TOKEN, "fixture-secret-new")))
                    .isInstanceOf(SaveResult.Saved.class);
            assertThat(another.save(user("bob").with(ACCESS_TOKEN, "fixture-secret-newer")))
                    .isInstanceOf(SaveResult.Saved.class);
            assertThat(another.list(0, "").tokens()).hasSize(2);
            another.delete(alice.fields());
            assertIsFull(another, "holds 2 of the 2 tokens");

            setCount(1);
            assertThat(another.save(token("carol")))
                    .as("counted anew, and seen at once")
                    .isInstanceOf(SaveResult.Saved.class);
            assertIsFull(another, "holds 2 of the 2 tokens");
            setSpec("{\"limits\":{\"maxTokens\":3}}");
            assertThat(another.save(token("dave")))
                    .as("raised, and seen at once")
                    .isInstanceOf(SaveResult.Saved.class);
        }
    }

    @Test
    void countsTheTokensThatItMadeSinceTheOperatorCounted() {
        setSpec("{\"limits\":{\"maxTokens\":2}}");
        setCount(0);
        save(token("alice"));
        save(token("bob"));

        assertIsFull(store, "holds 2 of the 2 tokens");
        assertThat(stores.secrets()).hasSize(2);
    }

    @Test
    void withoutACountThereIsNoLimit() {
        setSpec("{\"limits\":{\"maxTokens\":1}}");

        save(token("alice"));
        save(token("bob"));
    }

    @Test
    void aTokenThatTakesThePlaceOfOneThatIsOverNeedsNoRoom() {
        setSpec("{\"limits\":{\"maxTokens\":1},\"maxTokenAge\":\"2s\"}");
        setCount(0);
        var over = save(token("alice"));
        await().until(() -> store.findById(over.fields()).isEmpty());
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

    private Resource<OAuthTokenStore> resource() {
        return kubernetes
                .admin()
                .resources(OAuthTokenStore.class)
                .inNamespace(kubernetes.namespace())
                .withName(stores.name());
    }

    private void setSpec(String spec) {
        resource().patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\":" + spec + "}");
    }

    /// What the operator would write.
    private void setCount(int tokens) {
        resource().editStatus(counted -> {
            counted.setStatus(
                    new OAuthTokenStoreStatus(1L, new TokenCounts(tokens, tokens, 0, 0, 0), null, null, null));
            return counted;
        });
    }

    private StoredToken save(TokenFields fields) {
        return ((SaveResult.Saved) store.save(fields)).token();
    }

    private static TokenFields token(String user) {
        return user(user).with(ACCESS_TOKEN, "fixture-secret-of-" + user);
    }

    private static TokenFields user(String user) {
        return TokenFields.NONE.with(USER_SIGNATURE, user);
    }
}
