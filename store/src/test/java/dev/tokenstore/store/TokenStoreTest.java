package dev.tokenstore.store;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.CLIENT_ID;
import static dev.tokenstore.store.token.TokenField.EXPIRES_IN;
import static dev.tokenstore.store.token.TokenField.GRANT_TOKEN;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenstore.api.RefreshClaim;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.embedded.RecordedCleanup;
import dev.tokenstore.store.memory.InMemoryTokenStorage;
import dev.tokenstore.store.token.GeneratedIds;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// What a storage that does what it should cannot show; the rest is in [TokenStoreContract].
class TokenStoreTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final TokenFields TOKEN = TokenFields.NONE.with(ACCESS_TOKEN, "fixture-secret-access");

    @Test
    void givesUpWhenOthersKeepMakingAndChangingTheRow() {
        var contended = new Storage() {
            @Override
            public Insertion insert(NewRow row) {
                attempts++;
                return new Insertion.TwinFound();
            }

            @Override
            public Replacement replace(StoredToken current, TokenFields next) {
                attempts++;
                return new Replacement.RowChanged();
            }
        };
        try (var store = open(contended, Duration.ofMillis(100))) {
            assertThatThrownBy(() -> store.save(TOKEN))
                    .isInstanceOfSatisfying(
                            StorageException.class,
                            failure -> assertThat(failure.reason()).isEqualTo(Reason.TOO_MUCH_CONTENTION))
                    .hasMessageContaining("save it again");
            assertThat(contended.attempts).isGreaterThan(1);

            contended.rows.insert(NewRow.of(TOKEN));
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
        try (var store = open(storage)) {
            var row = ((SaveResult.Saved) store.save(TOKEN)).token();

            assertThat(store.save(row.fields())).isEqualTo(new SaveResult.TokenDeleted());
            assertThat(store.list(0, "").tokens()).isEmpty();
        }
    }

    @Test
    void aRowThatAppearsBetweenLookingAndInsertingIsUpdatedInsteadOfTwinned() {
        var user = TokenFields.NONE.with(USER_SIGNATURE, "u").with(REFRESH_TOKEN, "fixture-secret-1");
        var id = TokenFields.NONE.with(ID, "chosen").with(REFRESH_TOKEN, "fixture-secret-2");
        var grant = TokenFields.NONE.with(GRANT_TOKEN, "fixture-secret-5");
        appearsWhileItIsSaved(user, user.with(REFRESH_TOKEN, "fixture-secret-3"));
        appearsWhileItIsSaved(id, TokenFields.NONE.with(ID, "chosen").with(ACCESS_TOKEN, "fixture-secret-4"));
        appearsWhileItIsSaved(TOKEN, TOKEN.with(USER_SIGNATURE, "u"));
        appearsWhileItIsSaved(grant, grant.with(CLIENT_ID, "C"));
    }

    private static void appearsWhileItIsSaved(TokenFields theirs, TokenFields ours) {
        var storage = new Storage() {
            @Override
            public Insertion insert(NewRow row) {
                if (attempts++ == 0) {
                    rows.insert(NewRow.of(theirs));
                }
                return rows.insert(row);
            }
        };
        try (var store = open(storage)) {
            var saved = saved(store, ours);

            assertThat(store.list(0, "").tokens()).containsExactly(saved);
            assertThat(saved.fields())
                    .isEqualTo(saved.fields().mergedWith(theirs).mergedWith(ours));
            assertThat(storage.attempts).isEqualTo(1);
        }
    }

    @Test
    void aFieldThatAnotherSavesBetweenReadingAndWritingIsKept() {
        try (var store = open(new ChangedMeanwhile(CLIENT_ID, "C"))) {
            var row = saved(store, TOKEN);

            saved(store, TOKEN.with(EXPIRES_IN, "5"));

            assertThat(store.findById(row.id()).map(StoredToken::fields))
                    .hasValue(row.fields().with(CLIENT_ID, "C").with(EXPIRES_IN, "5"));
        }
    }

    @Test
    void aVersionThatIsOutdatedBetweenReadingAndWritingIsAConflict() {
        try (var store = open(new ChangedMeanwhile(CLIENT_ID, "C"))) {
            var row = saved(store, TOKEN);

            var result = store.saveIfVersion(TOKEN.with(EXPIRES_IN, "5"), row.version());

            var current = store.findById(row.id()).orElseThrow();
            assertThat(result).isEqualTo(new SaveResult.VersionConflict(Optional.of(current.version())));
            assertThat(current.fields()).isEqualTo(row.fields().with(CLIENT_ID, "C"));
        }
    }

    @Test
    void aStaleLookupForReadsFailsNeitherASaveNorADeletion() {
        var storage = new Storage();
        var cached = new ArrayList<StoredToken>();
        try (var store =
                new TokenStore(new StaleLookup(cached), storage, UseRecorder.NONE, RANDOM, Duration.ofMillis(100))) {
            var first = saved(store, TOKEN);
            cached.add(first);

            var second = saved(store, first.fields().with(EXPIRES_IN, "5"));
            var third = store.saveIfVersion(TOKEN.with(EXPIRES_IN, "6"), second.version());

            assertThat(third).isInstanceOf(SaveResult.Saved.class);
            assertThat(store.findById(first.id())).as("as the lookup has it").hasValue(first);
            assertThat(store.find(TOKEN)).as("as the lookup has it").hasValue(first);

            store.delete(first.id());
            assertThat(store.list(0, "").tokens()).isEmpty();
            assertThat(store.save(first.fields())).isEqualTo(new SaveResult.TokenDeleted());
            assertThat(saved(store, TOKEN).id()).isNotEqualTo(first.id());
        }
    }

    /// A cache whose entries are never replaced.
    private record StaleLookup(List<StoredToken> rows) implements TokenLookup {
        @Override
        public Optional<StoredToken> byId(TokenId id) {
            return new TokenRules.RowsAtHand(rows).byId(id);
        }

        @Override
        public List<StoredToken> byUser(TokenFields wanted) {
            return new TokenRules.RowsAtHand(rows).byUser(wanted);
        }

        @Override
        public List<StoredToken> byCredential(TokenField credential, SecretValue value) {
            return new TokenRules.RowsAtHand(rows).byCredential(credential, value);
        }
    }

    @Test
    void everyTokenThatAFindReturnsIsRecordedAsUsedAndNoOther() {
        var storage = new Storage();
        var used = new ArrayList<StoredToken>();
        try (var store = new TokenStore(storage, storage, used::add, RANDOM)) {
            var row = saved(store, TOKEN);
            store.list(0, "");
            store.find(TokenFields.NONE.with(ACCESS_TOKEN, "fixture-secret-other"));
            assertThat(used).isEmpty();

            store.find(TOKEN);
            store.findById(row.id());

            assertThat(used).containsExactly(row, row);
        }
    }

    private static TokenStore open(TokenStorage storage) {
        return open(storage, Duration.ofMinutes(1));
    }

    private static TokenStore open(TokenStorage storage, Duration saveTimeout) {
        return new TokenStore(storage, storage, UseRecorder.NONE, RANDOM, saveTimeout);
    }

    private static StoredToken saved(TokenStore store, TokenFields fields) {
        var result = store.save(fields);
        assertThat(result).isInstanceOf(SaveResult.Saved.class);
        return ((SaveResult.Saved) result).token();
    }

    /// Changes a field of each row behind the back of the first one who wants to.
    private static final class ChangedMeanwhile extends Storage {
        private final TokenField field;
        private final String value;

        ChangedMeanwhile(TokenField field, String value) {
            this.field = field;
            this.value = value;
        }

        @Override
        public Replacement replace(StoredToken current, TokenFields next) {
            if (attempts++ == 0) {
                rows.replace(current, current.fields().with(field, value));
            }
            return rows.replace(current, next);
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
        try (var store = open(storage)) {
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
            public Optional<StoredToken> byId(TokenId id) {
                throw new StorageException(Reason.TOKEN_UNREADABLE, "row-1 is unreadable");
            }
        };
        try (var store = open(storage)) {
            var withId = TOKEN.with(ID, "chosen");

            assertThatThrownBy(() -> store.save(withId)).isInstanceOf(StorageException.class);
            assertThatThrownBy(() -> store.findById(new TokenId("chosen"))).isInstanceOf(StorageException.class);
            assertThat(store.list(0, "").tokens()).isEmpty();
        }
    }

    /// Rows in memory, for a test to interfere with.
    private static class Storage implements TokenStorage {
        final TokenStorage rows = InMemoryTokenStorage.open(
                StoreSettings.KEEP_EVERYTHING, InstantSource.system(), RANDOM, new RecordedCleanup());
        int attempts;

        @Override
        public GeneratedIds ids() {
            return rows.ids();
        }

        @Override
        public Optional<StoredToken> byId(TokenId id) {
            return rows.byId(id);
        }

        @Override
        public Optional<StoredToken> byIdEvenIfOver(TokenId id) {
            return rows.byIdEvenIfOver(id);
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
        public Insertion insert(NewRow row) {
            return rows.insert(row);
        }

        @Override
        public Replacement replace(StoredToken current, TokenFields next) {
            return rows.replace(current, next);
        }

        @Override
        public Replacement claim(StoredToken current, Optional<RefreshClaim> claim) {
            return rows.claim(current, claim);
        }

        @Override
        public void awaitChange(StoredToken seen, Duration atMost) throws InterruptedException {
            rows.awaitChange(seen, atMost);
        }

        @Override
        public boolean delete(StoredToken row) {
            return rows.delete(row);
        }

        @Override
        public boolean deleteUnchanged(StoredToken row) {
            return rows.deleteUnchanged(row);
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
