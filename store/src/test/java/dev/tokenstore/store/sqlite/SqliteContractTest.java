package dev.tokenstore.store.sqlite;

import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.store.LivingTokens;
import dev.tokenstore.store.StoreUnderTest;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.TokenStorageContract;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.TokenStoreContract;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
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
                return new TokenStore(storage(file, spec), InstantSource.system(), RANDOM);
            }

            @Override
            public void close() {}
        };
    }

    /// What is over is left to the rules: nothing cleans up.
    @Override
    public TokenStorage newStorage(OAuthTokenStoreSpec spec) {
        var clock = InstantSource.system();
        return new SqliteTokenStorage(
                SqliteFile.open(directory.resolve("tokens.db"), clock, RANDOM),
                clock,
                RANDOM,
                SqliteContractTest::unreadable,
                new LivingTokens(RetentionPolicy.of(spec), clock),
                Optional.empty(),
                Instant.EPOCH,
                Optional.empty());
    }

    private static TokenStorage storage(Path file, OAuthTokenStoreSpec spec) {
        return SqliteTokenStorage.open(
                file,
                new EmbeddedPolicy(RetentionPolicy.of(spec), Optional.empty()),
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
