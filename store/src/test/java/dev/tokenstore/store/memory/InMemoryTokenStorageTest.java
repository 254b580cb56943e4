package dev.tokenstore.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.store.NewRow;
import dev.tokenstore.store.StoreSettings;
import dev.tokenstore.store.StoreUnderTest;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.TokenStorage.Insertion.Inserted;
import dev.tokenstore.store.TokenStorageContract;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.TokenStoreContract;
import dev.tokenstore.store.embedded.CleanupContract;
import dev.tokenstore.store.embedded.CleanupListener;
import dev.tokenstore.store.embedded.MachineClock;
import dev.tokenstore.store.embedded.RecordedCleanup;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

class InMemoryTokenStorageTest implements TokenStoreContract, TokenStorageContract, CleanupContract {
    private static final SecureRandom RANDOM = new SecureRandom();

    @Override
    public StoreUnderTest newStore(OAuthTokenStoreSpec spec) {
        var storage = InMemoryTokenStorage.open(
                StoreSettings.of(spec), InstantSource.system(), RANDOM, new RecordedCleanup());
        return new StoreUnderTest() {
            @Override
            public TokenStore open() {
                return new TokenStore(storage, storage, storage.uses(), RANDOM);
            }

            @Override
            public void close() {
                storage.close();
            }
        };
    }

    /// What is over is left to the rules: nothing cleans up.
    @Override
    public TokenStorage newStorage(OAuthTokenStoreSpec spec) {
        return new InMemoryTokenStorage(StoreSettings.of(spec), InstantSource.system(), RANDOM, new RecordedCleanup());
    }

    @Override
    public Opened open(StoreSettings settings, MachineClock clock, CleanupListener listener) {
        var storage = InMemoryTokenStorage.open(settings, clock, RANDOM, listener);
        var store = new TokenStore(storage, storage, storage.uses(), RANDOM);
        return new Opened(store, storage.overdueRows(), storage::writeUse);
    }

    @Override
    public int randomSequences() {
        return 400;
    }

    @Test
    void createTimesIncreaseEvenIfTheClockStandsStill() {
        var noon = Instant.parse("2030-01-01T12:00:00Z");
        var storage = storage(InstantSource.fixed(noon));

        var createTimes = new ArrayList<Instant>();
        for (var i = 0; i < 5; i++) {
            var fields = TokenFields.NONE.with(TokenField.ACCESS_TOKEN, "fixture-secret-" + i);
            var insertion = storage.insert(NewRow.of(fields));
            createTimes.add(((Inserted) insertion).row().createTime());
        }

        assertThat(createTimes).isSorted().doesNotHaveDuplicates().startsWith(noon);
    }

    @Test
    void aRowPrintsNoValue() {
        var storage = storage(InstantSource.system());
        var row = ((Inserted) storage.insert(NewRow.of(TokenFields.NONE
                        .with(TokenField.USER_SIGNATURE, "alice")
                        .with(TokenField.ACCESS_TOKEN, "fixture-secret-access"))))
                .row();

        assertThat(row.toString()).contains("ACCESS_TOKEN").doesNotContain("fixture-secret", "alice");
        assertThat(row.name()).isEqualTo("row-1");
    }

    private static InMemoryTokenStorage storage(InstantSource clock) {
        return InMemoryTokenStorage.open(StoreSettings.KEEP_EVERYTHING, clock, RANDOM, new RecordedCleanup());
    }
}
