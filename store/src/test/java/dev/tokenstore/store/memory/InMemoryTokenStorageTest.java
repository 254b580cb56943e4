package dev.tokenstore.store.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.store.LivingTokens;
import dev.tokenstore.store.StoreUnderTest;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.TokenStorage.Insertion.Inserted;
import dev.tokenstore.store.TokenStorageContract;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.TokenStoreContract;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InMemoryTokenStorageTest implements TokenStoreContract, TokenStorageContract {
    private static final SecureRandom RANDOM = new SecureRandom();

    @Override
    public StoreUnderTest newStore(OAuthTokenStoreSpec spec) {
        var storage = newStorage(spec);
        return new StoreUnderTest() {
            @Override
            public TokenStore open() {
                return new TokenStore(storage, InstantSource.system(), RANDOM);
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public TokenStorage newStorage(OAuthTokenStoreSpec spec) {
        var living = new LivingTokens(RetentionPolicy.of(spec), InstantSource.system());
        return new InMemoryTokenStorage(InstantSource.system(), RANDOM, living);
    }

    @Override
    public int randomSequences() {
        return 400;
    }

    @Test
    void createTimesIncreaseEvenIfTheClockStandsStill() {
        var noon = Instant.parse("2030-01-01T12:00:00Z");
        var storage = new InMemoryTokenStorage(InstantSource.fixed(noon), RANDOM);

        var createTimes = new ArrayList<Instant>();
        for (var i = 0; i < 5; i++) {
            var fields = TokenFields.NONE.with(TokenField.ACCESS_TOKEN, "fixture-secret-" + i);
            var insertion = storage.insert(fields, rows -> Optional.empty());
            createTimes.add(((Inserted) insertion).row().createTime());
        }

        assertThat(createTimes).isSorted().doesNotHaveDuplicates().startsWith(noon);
    }

    @Test
    void aRowPrintsNoValue() {
        var storage = new InMemoryTokenStorage(InstantSource.system(), RANDOM);
        StoredToken row = ((Inserted) storage.insert(
                        TokenFields.NONE
                                .with(TokenField.USER_SIGNATURE, "alice")
                                .with(TokenField.ACCESS_TOKEN, "fixture-secret-access"),
                        rows -> Optional.empty()))
                .row();

        assertThat(row.toString()).contains("ACCESS_TOKEN").doesNotContain("fixture-secret", "alice");
        assertThat(row.name()).isEqualTo("row-1");
    }
}
