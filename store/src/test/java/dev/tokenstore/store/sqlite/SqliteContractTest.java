package dev.tokenstore.store.sqlite;

import dev.tokenstore.store.StoreUnderTest;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.TokenStorageContract;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.TokenStoreContract;
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
    public StoreUnderTest newStore() {
        var file = directory.resolve(UUID.randomUUID() + ".db");
        return new StoreUnderTest() {
            @Override
            public TokenStore open() {
                return new TokenStore(storage(file), InstantSource.system(), RANDOM);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public TokenStorage newStorage() {
        return storage(directory.resolve("tokens.db"));
    }

    private static TokenStorage storage(Path file) {
        return new SqliteTokenStorage(file, InstantSource.system(), RANDOM, row -> {
            throw new AssertionError(row + " is unreadable");
        });
    }

    @Override
    public int randomSequences() {
        return 20;
    }
}
