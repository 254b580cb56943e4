package dev.tokenstore.store.refresh;

import dev.tokenstore.store.StoreSettings;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.embedded.CleanupListener;
import dev.tokenstore.store.embedded.MachineClock;
import dev.tokenstore.store.sqlite.SqliteTokenStorage;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import org.junit.jupiter.api.io.TempDir;

class SqliteRefreshTest implements RefreshCoordinatorContract {
    @TempDir
    private Path folder;

    @Override
    public TokenStorage openStorage() {
        return SqliteTokenStorage.open(
                folder.resolve("tokens.db"),
                StoreSettings.KEEP_EVERYTHING,
                new MachineClock(InstantSource.system()),
                new SecureRandom(),
                name -> {},
                new CleanupListener() {});
    }
}
