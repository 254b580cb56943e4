package dev.tokenstore.store.sqlite;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.StoreSettings;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.embedded.MachineClock;
import dev.tokenstore.store.embedded.RecordedCleanup;
import dev.tokenstore.store.embedded.TestMachine;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.AbstractThrowableAssert;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteTokenStorageTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final TokenFields ALICE = TokenFields.NONE
            .with(USER_SIGNATURE, "alice")
            .with(REFRESH_TOKEN, "fixture-secret-refresh-a")
            .with(ACCESS_TOKEN, "fixture-secret-access-a");
    private static final TokenFields BOB = TokenFields.NONE
            .with(USER_SIGNATURE, "bob")
            .with(REFRESH_TOKEN, "fixture-secret-refresh-b")
            .with(ACCESS_TOKEN, "fixture-secret-access-b");

    private final List<String> unreadable = new ArrayList<>();

    @TempDir
    Path directory;

    @Test
    void keepsEverythingWhenItIsClosedAndOpenedAgain() {
        var file = directory.resolve("tokens.db");
        StoredToken saved;
        StoredToken deleted;
        try (var store = open(file)) {
            saved = saved(store, ALICE);
            deleted = saved(store, BOB);
            store.delete(deleted.id());
        }

        try (var store = open(file)) {
            var row = store.find(ALICE).orElseThrow();
            assertThat(row).isEqualTo(saved);
            assertThat(store.save(deleted.fields())).isEqualTo(new SaveResult.TokenDeleted());
            assertThat(store.saveIfVersion(ALICE, saved.version())).isInstanceOf(SaveResult.Saved.class);
        }
    }

    @Test
    void takesAnyPath() throws IOException {
        var file = directory.resolve("what is?/100%#1/tok ens;é?mode=memory.db");
        try (var store = open(file)) {
            saved(store, ALICE);
        }

        assertThat(file).isRegularFile();
        assertThat(Files.size(file)).isPositive();
        try (var store = open(file)) {
            assertThat(store.find(ALICE)).isPresent();
        }
    }

    @Test
    void createTimesIncreaseEvenIfTheClockStandsStillOrTheLastRowIsGone() {
        var file = directory.resolve("tokens.db");
        var machine = new TestMachine();
        machine.pass(Duration.ofNanos(123_456_789));
        var noon = machine.clock();
        var createTimes = new ArrayList<Instant>();
        for (var i = 0; i < 3; i++) {
            try (var storage = storage(SqliteFile.open(file, RANDOM), noon);
                    var store = new TokenStore(storage, storage, storage.uses(), RANDOM)) {
                createTimes.add(saved(store, ALICE).createTime());
                createTimes.add(saved(store, BOB).createTime());
                store.deleteAll();
            }
        }

        assertThat(createTimes).startsWith(machine.now()).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void leavesOutARowThatIsNotUtf8AndReportsItsName() throws SQLException {
        leavesOutARowDamagedBy("UPDATE token SET api_domain = x'80fe' WHERE user_signature = CAST('bob' AS BLOB)");
    }

    @Test
    void leavesOutARowWithABadExpiryAndReportsItsName() throws SQLException {
        leavesOutARowDamagedBy("UPDATE token SET expires_in = CAST('soon' AS BLOB) WHERE sequence = 2");
    }

    @Test
    void leavesOutARowThatGrewTooLongAndReportsItsName() throws SQLException {
        leavesOutARowDamagedBy("UPDATE token SET redirect_url = zeroblob(16385) WHERE sequence = 2");
    }

    private void leavesOutARowDamagedBy(String sql) throws SQLException {
        var file = directory.resolve("tokens.db");
        try (var store = open(file)) {
            var alice = saved(store, ALICE);
            var bob = saved(store, BOB);
            var carol = saved(store, TokenFields.NONE.with(ACCESS_TOKEN, "fixture-secret-access-c"));
            edit(file, sql);

            assertThat(store.list(1, "").tokens()).containsExactly(alice);
            assertThat(store.list(0, "").tokens()).containsExactly(alice, carol);
            assertThat(store.find(TokenFields.NONE.with(USER_SIGNATURE, "bob"))).isEmpty();
            assertThat(store.find(TokenFields.NONE.with(ACCESS_TOKEN, "fixture-secret-access-b")))
                    .isEmpty();
            assertThat(unreadable).isNotEmpty().containsOnly(bob.name());

            fails(Reason.TOKEN_UNREADABLE, () -> store.findById(bob.id())).hasMessageContaining(bob.name());
            fails(Reason.TOKEN_UNREADABLE, () -> store.save(bob.fields())).hasMessageContaining(bob.name());
            assertThat(saved(store, BOB).name()).isNotEqualTo(bob.name());
            assertThat(store.deleteAll()).isEqualTo(4);
        }
    }

    @Test
    void leavesOutARowWithoutReadableId() throws SQLException {
        var file = directory.resolve("tokens.db");
        try (var store = open(file)) {
            saved(store, ALICE);
            var bob = saved(store, BOB);
            edit(file, "UPDATE token SET id = x'' WHERE sequence = 1");

            assertThat(store.list(0, "").tokens()).containsExactly(bob);
            assertThat(unreadable).containsOnly("row-1");
        }
    }

    @Test
    void refusesAFileOfANewerSchemaAndLeavesItAlone() throws IOException, SQLException {
        var file = directory.resolve("tokens.db");
        open(file).close();
        edit(file, "UPDATE meta SET schema_version = 3");
        var before = Files.readAllBytes(file);

        fails(Reason.STORAGE_UNAVAILABLE, () -> open(file))
                .hasMessageContaining("newer version")
                .hasMessageContaining("schema 3");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void refusesAnotherProgramsDatabaseAndLeavesItAlone() throws IOException, SQLException {
        var file = directory.resolve("other.db");
        edit(file, "CREATE TABLE meta (name TEXT)");
        var before = Files.readAllBytes(file);

        fails(Reason.STORAGE_UNAVAILABLE, () -> open(file)).hasMessageContaining("not a token store");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void refusesAFileThatIsNoDatabaseAndLeavesItAlone() throws IOException {
        var file = directory.resolve("notes.txt");
        Files.writeString(file, "these are notes and not tokens\n".repeat(100));
        var before = Files.readAllBytes(file);

        fails(Reason.STORAGE_UNAVAILABLE, () -> open(file)).hasMessageContaining("not a SQLite database");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    @Test
    void refusesADirectoryAndAPathBelowAFile() throws IOException {
        var file = Files.createFile(directory.resolve("file"));
        var modes = Files.getPosixFilePermissions(directory);

        fails(Reason.STORAGE_UNAVAILABLE, () -> open(directory)).hasMessageContaining("give this account");
        fails(Reason.STORAGE_UNAVAILABLE, () -> open(file.resolve("tokens.db"))).hasMessageContaining("another path");
        assertThat(Files.getPosixFilePermissions(directory)).isEqualTo(modes);
    }

    @Test
    void aFullDiskFailsTheSaveChangesNothingAndIsOverOnceThereIsRoom() {
        var file = SqliteFile.open(directory.resolve("tokens.db"), RANDOM);
        var storage = storage(file, new MachineClock(InstantSource.system()));
        try (var store = new TokenStore(storage, storage, storage.uses(), RANDOM)) {
            var alice = saved(store, ALICE);
            var large = BOB.with(ACCESS_TOKEN, "fixture-secret-" + "x".repeat(16_000));
            limitPages(file, 1); // SQLite makes it the number of pages there are

            fails(Reason.STORAGE_FULL, () -> store.save(large)).hasMessageContaining("free some space");
            assertThat(store.list(0, "").tokens()).containsExactly(alice);
            store.delete(new TokenId("unknown"));

            limitPages(file, 1_000_000);
            assertThat(saved(store, large).fields().get(ACCESS_TOKEN)).isEqualTo(large.get(ACCESS_TOKEN));
        }
    }

    private static void limitPages(SqliteFile file, int pages) {
        file.read(connection -> {
            try (var statement = connection.createStatement()) {
                return statement.execute("PRAGMA max_page_count = " + pages);
            }
        });
    }

    @Test
    void aFileThatWasRemovedOrReplacedTakesNoMoreSaves() throws IOException {
        var file = directory.resolve("tokens.db");
        try (var store = open(file)) {
            saved(store, ALICE);
            Files.move(file, directory.resolve("moved.db"));
            fails(Reason.STORAGE_UNAVAILABLE, () -> store.save(BOB)).hasMessageContaining("removed or replaced");

            Files.createFile(file);
            fails(Reason.STORAGE_UNAVAILABLE, () -> store.save(BOB)).hasMessageContaining("removed or replaced");
        }
    }

    @Test
    void aClosedStorageSaysSo() {
        var store = open(directory.resolve("tokens.db"));
        store.close();

        fails(Reason.STORAGE_UNAVAILABLE, () -> store.find(ALICE)).hasMessageContaining("closed");
        fails(Reason.STORAGE_UNAVAILABLE, () -> store.save(ALICE)).hasMessageContaining("closed");
        store.close();
    }

    @Test
    void overwritesWhatIsDeleted() throws IOException {
        var file = directory.resolve("tokens.db");
        try (var store = open(file)) {
            saved(store, ALICE);
            saved(store, BOB);
            store.delete(store.find(ALICE).orElseThrow().id());
        }

        var content = Files.readString(file, StandardCharsets.ISO_8859_1);
        assertThat(content.contains("fixture-secret-refresh-b")).isTrue();
        assertThat(content.contains("fixture-secret-refresh-a")).isFalse();
        assertThat(content.contains("alice")).isFalse();
    }

    @Test
    void everyLookupUsesAnIndex() throws SQLException {
        var file = directory.resolve("tokens.db");
        open(file).close();

        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file)) {
            for (var field : List.of("id", "user_signature", "refresh_token", "grant_token", "access_token")) {
                try (var statement =
                        connection.prepareStatement("EXPLAIN QUERY PLAN SELECT * FROM token WHERE " + field + " = ?")) {
                    statement.setBytes(1, new byte[] {1});
                    try (var plan = statement.executeQuery()) {
                        assertThat(plan.next()).isTrue();
                        assertThat(plan.getString("detail")).contains("USING INDEX token_by_" + field);
                    }
                }
            }
        }
    }

    private TokenStore open(Path file) {
        var storage = SqliteTokenStorage.open(
                file,
                StoreSettings.KEEP_EVERYTHING,
                new MachineClock(InstantSource.system()),
                RANDOM,
                unreadable::add,
                new RecordedCleanup());
        return new TokenStore(storage, storage, storage.uses(), RANDOM);
    }

    private SqliteTokenStorage storage(SqliteFile file, MachineClock clock) {
        return new SqliteTokenStorage(
                file, StoreSettings.KEEP_EVERYTHING, clock, RANDOM, unreadable::add, new RecordedCleanup());
    }

    private static StoredToken saved(TokenStore store, TokenFields fields) {
        var result = store.save(fields);
        assertThat(result).isInstanceOf(SaveResult.Saved.class);
        return ((SaveResult.Saved) result).token();
    }

    /// What someone does who edits the file by hand.
    private static void edit(Path file, String sql) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static AbstractThrowableAssert<?, ? extends Throwable> fails(Reason reason, ThrowingCallable attempt) {
        return assertThatThrownBy(attempt)
                .isInstanceOf(StorageException.class)
                .matches(thrown -> ((StorageException) thrown).reason() == reason, "has the reason " + reason)
                .hasMessageNotContainingAny("fixture-secret", "alice", "bob");
    }
}
