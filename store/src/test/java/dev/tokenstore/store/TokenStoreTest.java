package dev.tokenstore.store;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.ID;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.memory.InMemoryTokenStorage;
import dev.tokenstore.store.token.GeneratedIds;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/// What a storage that does what it should cannot show; the rest is in [TokenStoreContract].
class TokenStoreTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final TokenFields TOKEN = TokenFields.NONE.with(ACCESS_TOKEN, "fixture-secret-access");

    private final AtomicLong seconds = new AtomicLong();
    private final InstantSource hurriedClock = () -> Instant.ofEpochSecond(seconds.addAndGet(2));

    @Test
    void givesUpWhenOthersKeepMakingAndChangingTheRow() {
        var contended = new Storage() {
            @Override
            public Insertion insert(TokenFields fields, Function<List<StoredToken>, Optional<StoredToken>> twin) {
                attempts++;
                return new Insertion.TwinFound();
            }

            @Override
            public Replacement replace(StoredToken current, TokenFields next) {
                attempts++;
                return new Replacement.RowChanged();
            }
        };
        try (var store = new TokenStore(contended, hurriedClock, RANDOM)) {
            assertThatThrownBy(() -> store.save(TOKEN))
                    .isInstanceOfSatisfying(
                            StorageException.class,
                            failure -> assertThat(failure.reason()).isEqualTo(Reason.TOO_MUCH_CONTENTION))
                    .hasMessageContaining("save it again");
            assertThat(contended.attempts).isGreaterThan(1);

            contended.rows.insert(TOKEN, rows -> Optional.empty());
            assertThatThrownBy(() -> store.save(TOKEN)).isInstanceOf(StorageException.class);
        }
    }

    @Test
    void aRowThatIsDeletedWhileItIsSavedByItsGeneratedIdStaysDeleted() {
        var storage = new Storage() {
            @Override
            public Replacement replace(StoredToken current, TokenFields next) {
                rows.delete(current);
                return rows.replace(current, next);
            }
        };
        try (var store = new TokenStore(storage, hurriedClock, RANDOM)) {
            var row = ((SaveResult.Saved) store.save(TOKEN)).token();

            assertThat(store.save(row.fields())).isEqualTo(new SaveResult.TokenDeleted());
            assertThat(store.list(0, "").tokens()).isEmpty();
        }
    }

    @Test
    void chunksOfUnreadableRowsDoNotEndAList() {
        var storage = new Storage() {
            @Override
            public Chunk list(int limit, String after) {
                var chunk = rows.list(1, after);
                var isUnreadable = attempts++ < 2;
                return isUnreadable ? new Chunk(List.of(), chunk.next()) : chunk;
            }
        };
        try (var store = new TokenStore(storage, hurriedClock, RANDOM)) {
            for (var i = 0; i < 4; i++) {
                store.save(TokenFields.NONE.with(ACCESS_TOKEN, "fixture-secret-" + i));
            }

            var page = store.list(10, "");

            assertThat(page.tokens())
                    .extracting(row -> row.fields().get(ACCESS_TOKEN))
                    .containsExactly(
                            Optional.of(new SecretValue("fixture-secret-2")),
                            Optional.of(new SecretValue("fixture-secret-3")));
            assertThat(page.next()).isEmpty();
        }
    }

    @Test
    void anUnreadableRowIsNeitherFoundByItsIdNorOverwritten() {
        var storage = new Storage() {
            @Override
            public Optional<StoredToken> byId(SecretValue id) {
                throw new StorageException(Reason.TOKEN_UNREADABLE, "row-1 is unreadable");
            }
        };
        try (var store = new TokenStore(storage, hurriedClock, RANDOM)) {
            var withId = TOKEN.with(ID, "chosen");

            assertThatThrownBy(() -> store.save(withId)).isInstanceOf(StorageException.class);
            assertThatThrownBy(() -> store.findById(withId)).isInstanceOf(StorageException.class);
            assertThat(store.list(0, "").tokens()).isEmpty();
        }
    }

    /// Rows in memory, for a test to interfere with.
    private static class Storage implements TokenStorage {
        final InMemoryTokenStorage rows = new InMemoryTokenStorage(InstantSource.system(), RANDOM);
        int attempts;

        @Override
        public GeneratedIds ids() {
            return rows.ids();
        }

        @Override
        public Optional<StoredToken> byId(SecretValue id) {
            return rows.byId(id);
        }

        @Override
        public List<StoredToken> byUser(TokenFields wanted) {
            return rows.byUser(wanted);
        }

        @Override
        public List<StoredToken> byCredential(TokenField credential, SecretValue value) {
            return rows.byCredential(credential, value);
        }

        @Override
        public Insertion insert(TokenFields fields, Function<List<StoredToken>, Optional<StoredToken>> twin) {
            return rows.insert(fields, twin);
        }

        @Override
        public Replacement replace(StoredToken current, TokenFields next) {
            return rows.replace(current, next);
        }

        @Override
        public void delete(StoredToken row) {
            rows.delete(row);
        }

        @Override
        public long deleteAll() {
            return rows.deleteAll();
        }

        @Override
        public Chunk list(int limit, String after) {
            return rows.list(limit, after);
        }

        @Override
        public void close() {
            rows.close();
        }
    }
}
