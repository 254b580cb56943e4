package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.store.StoreUnderTest;
import dev.tokenstore.store.TokenStoreContract;
import dev.tokenstore.testing.KubernetesForTests;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The whole contract on Secrets of a real API server.
class KubernetesTokenStoreContractIT implements TokenStoreContract {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    @Override
    public StoreUnderTest newStore(OAuthTokenStoreSpec spec) {
        return TestStores.create(kubernetes, spec);
    }
}
