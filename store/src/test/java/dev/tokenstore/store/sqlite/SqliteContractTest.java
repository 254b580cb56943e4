package dev.tokenstore.store.sqlite;

import dev.tokenstore.store.StoreUnderTest;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.TokenStoreContract;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.UUID;
import org.junit.jupiter.api.io.TempDir;

class SqliteContractTest implements TokenStoreContract {
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    Path directory;

    @Override
    public StoreUnderTest newStore() {
        var file = directory.resolve(UUID.randomUUID() + ".db");
        return new StoreUnderTest() {
            @Override
            public TokenStore open() {
                var storage = new SqliteTokenStorage(file, InstantSource.system(), RANDOM, row -> {
                    throw new AssertionError(row + " is unreadable");
                });
                return new TokenStore(storage, InstantSource.system(), RANDOM);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public int randomSequences() {
        return 20;
    }
}
