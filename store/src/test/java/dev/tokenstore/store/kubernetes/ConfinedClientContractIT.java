package dev.tokenstore.store.kubernetes;

import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.api.OAuthTokenStoreSpec.Access;
import dev.tokenstore.api.OAuthTokenStoreSpec.Client;
import dev.tokenstore.store.StoreUnderTest;
import dev.tokenstore.store.TokenStoreContract;
import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.product.ShippedPolicies;
import dev.tokenstore.testing.product.TestStore;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
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
