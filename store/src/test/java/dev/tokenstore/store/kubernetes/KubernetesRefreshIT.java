package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.store.TokenLookup;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.refresh.RefreshCoordinatorContract;
import dev.tokenstore.testing.KubernetesForTests;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Coordinated refresh between processes that share nothing but a real API server.
class KubernetesRefreshIT implements RefreshCoordinatorContract {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private TestStores stores;

    @BeforeEach
    void create() {
        stores = TestStores.create(kubernetes, OAuthTokenStoreSpec.keepingEverything());
    }

    @Override
    public TokenStorage openStorage() {
        return stores.storage(InstantSource.system());
    }

    @Override
    public TokenLookup readsOf(TokenStorage storage) {
        return ((KubernetesTokenStorage) storage).cachedReads(Duration.ofMinutes(5), new IgnoredReads());
    }

    @AfterEach
    void close() {
        stores.close();
    }
}
