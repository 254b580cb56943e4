package dev.tokenstore.store.refresh;

import dev.tokenstore.store.StoreSettings;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.embedded.CleanupListener;
import dev.tokenstore.store.memory.InMemoryTokenStorage;
import java.security.SecureRandom;
import java.time.InstantSource;

class InMemoryRefreshTest implements RefreshCoordinatorContract {
    private final TokenStorage rows = InMemoryTokenStorage.open(
            StoreSettings.KEEP_EVERYTHING, InstantSource.system(), new SecureRandom(), new CleanupListener() {});

    @Override
    public TokenStorage openStorage() {
        return rows;
    }
}
