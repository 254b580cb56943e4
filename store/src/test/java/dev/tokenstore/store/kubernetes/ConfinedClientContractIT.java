package dev.tokenstore.store.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.api.OAuthTokenStoreSpec.Access;
import dev.tokenstore.api.OAuthTokenStoreSpec.Client;
import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StoreUnderTest;
import dev.tokenstore.store.TokenStoreContract;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.product.ShippedPolicies;
import dev.tokenstore.testing.product.TestStore;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The whole contract as an account that a store lists: with the rights of the shipped client role, and with the
/// shipped policies in force.
class ConfinedClientContractIT implements TokenStoreContract {
    @RegisterExtension
    static final KubernetesForTests kubernetes =
            KubernetesForTests.create().withPrivateServer().withTokenStores();

    private static final String STORE = "crm";

    private static ShippedPolicies policies;

    @BeforeAll
    static void rolesAndPolicies() {
        policies = new ShippedPolicies(kubernetes.admin());
        policies.apply();
    }

    @Test
    void aRefusalByAPolicyIsToldInItsWords() {
        try (var data = (TestStores) newStore(OAuthTokenStoreSpec.keepingEverything());
                var store = data.open()) {
            var row = ((SaveResult.Saved)
                            store.save(TokenFields.of(Map.of(TokenField.ACCESS_TOKEN, "fixture-secret-a"))))
                    .token();
            data.edit(
                    row, secret -> secret.getMetadata().getAnnotations().put("example.com/filler", "x".repeat(20_000)));

            assertThatThrownBy(() -> store.save(TokenFields.of(Map.of(
                            TokenField.ID, row.id().reveal(),
                            TokenField.EXPIRES_IN, "4000000000000",
                            TokenField.USER_SIGNATURE, "alice"))))
                    .isInstanceOfSatisfying(
                            StorageException.class,
                            e -> assertThat(e.reason()).isEqualTo(StorageException.Reason.REFUSED_BY_POLICY))
                    .hasMessageContaining("admission policy oauth-token-store-");
        }
    }

    @Override
    public StoreUnderTest newStore(OAuthTokenStoreSpec spec) {
        var namespace = kubernetes.newNamespace();
        var confined = new OAuthTokenStoreSpec(
                spec.sessionTimeout(),
                spec.maxTokenAge(),
                spec.cleanup(),
                spec.limits(),
                new Access(List.of(new Client(TestStores.ACCOUNT, null, null))),
                spec.deletionPolicy(),
                spec.suspend());
        policies.awaitConfined(TestStore.in(kubernetes, namespace, STORE)
                .apply(Serialization.asJson(confined))
                .bind("oauth-token-store-client", TestStores.ACCOUNT));
        var client = kubernetes.clientAs(namespace, TestStores.ACCOUNT);
        // a new binding takes effect after some moments
        await().ignoreExceptions().until(() -> client.secrets().list() != null);
        var config = kubernetes.configAs(namespace, TestStores.ACCOUNT);
        return TestStores.of(kubernetes, namespace, STORE, config);
    }
}
