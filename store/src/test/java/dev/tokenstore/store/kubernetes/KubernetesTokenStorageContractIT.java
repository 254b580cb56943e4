package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.TokenStorageContract;
import dev.tokenstore.testing.KubernetesForTests;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What a storage promises to the rules, on Secrets of a real API server.
class KubernetesTokenStorageContractIT implements TokenStorageContract {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private final List<TestStores> stores = new ArrayList<>();

    @Override
    public TokenStorage newStorage(OAuthTokenStoreSpec spec) {
        var created = TestStores.create(kubernetes, spec);
        stores.add(created);
        return created.storage(InstantSource.system());
    }

    @AfterEach
    void close() {
        stores.forEach(TestStores::close);
    }
}
