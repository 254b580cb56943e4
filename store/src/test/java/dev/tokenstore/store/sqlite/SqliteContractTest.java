package dev.tokenstore.store.sqlite;

import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.store.StoreSettings;
import dev.tokenstore.store.StoreUnderTest;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.TokenStorageContract;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.TokenStoreContract;
import dev.tokenstore.store.embedded.MachineClock;
import dev.tokenstore.store.embedded.RecordedCleanup;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;

class SqliteContractTest implements TokenStoreContract, TokenStorageContract {
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    Path directory;

    @Override
    public StoreUnderTest newStore(OAuthTokenStoreSpec spec) {
        var file = directory.resolve(UUID.randomUUID() + ".db");
        return new StoreUnderTest() {
            @Override
            public TokenStore open() {
                var storage = storage(file, spec);
                return new TokenStore(storage, storage, storage.uses(), RANDOM);
            }

            @Override
            public void close() {}
        };
    }

    /// What is over is left to the rules: nothing cleans up.
    @Override
    public TokenStorage newStorage(OAuthTokenStoreSpec spec) {
        var clock = new MachineClock(InstantSource.system());
        var file = SqliteFile.open(directory.resolve("tokens.db"), RANDOM);
        return new SqliteTokenStorage(
                file, StoreSettings.of(spec), clock, RANDOM, SqliteContractTest::unreadable, new RecordedCleanup());
    }

    private static SqliteTokenStorage storage(Path file, OAuthTokenStoreSpec spec) {
        return SqliteTokenStorage.open(
                file,
                StoreSettings.of(spec),
                new MachineClock(InstantSource.system()),
                RANDOM,
                SqliteContractTest::unreadable,
                new RecordedCleanup());
    }

    private static void unreadable(String row) {
        throw new AssertionError(row + " is unreadable");
    }

    @Override
    public int randomSequences() {
        return 20;
    }
}
