package dev.tokenstore.store.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tokenstore.store.Pages;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.StoreSettings;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.embedded.MachineClock;
import dev.tokenstore.store.embedded.RecordedCleanup;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The file shared with other processes, some of which end in the middle of their work.
class SqliteProcessesIT {
    private static final SecureRandom RANDOM = new SecureRandom();

    @TempDir
    Path directory;

    @Test
    void whatWasAcknowledgedSurvivesKillMinusNine() throws IOException {
        var file = directory.resolve("tokens.db");
        var acknowledged = new ArrayList<String>();
        for (var round = 0; round < 4; round++) {
            try (var process = SavingProcess.start(file, "round-" + round + "-user-", 1000)) {
                assertThat(process.nextAcknowledged()).hasValue("ready");
                process.go();
                var killAfter = 1 + RANDOM.nextInt(300);
                for (var i = 0; i < killAfter; i++) {
                    acknowledged.add(process.nextAcknowledged().orElseThrow());
                }
                process.kill();
                // what it printed before it died was acknowledged too
                for (var line = process.nextAcknowledged(); line.isPresent(); line = process.nextAcknowledged()) {
                    acknowledged.add(line.get());
                }
            }

            assertHoldsEachOnce(file, acknowledged, round + 1);
        }
        assertThat(acknowledged).hasSizeLessThan(4000);
    }

    /// @param unacknowledged how many rows may be there whose acknowledgement was lost with the process
    private static void assertHoldsEachOnce(Path file, List<String> acknowledged, int unacknowledged) {
        try (var store = open(file)) {
            for (var line : acknowledged) {
                var user = line.split(" ")[0];
                var row = store.find(TokenFields.NONE.with(TokenField.USER_SIGNATURE, user));
                assertThat(row.map(StoredToken::fields))
                        .hasValue(SavingProcess.tokenOf(user).with(TokenField.ID, line.split(" ")[1]));
            }
            var users = users(store);
            assertThat(users).doesNotHaveDuplicates();
            assertThat(users.size()).isBetween(acknowledged.size(), acknowledged.size() + unacknowledged);
        }
    }

    @Test
    void twoProcessesThatSaveTheSameNewTokensMakeOneRowOfEach() throws IOException {
        var file = directory.resolve("tokens.db");
        try (var one = SavingProcess.start(file, "user-", 200);
                var other = SavingProcess.start(file, "user-", 200)) {
            // both have opened the new file at about the same time
            assertThat(one.nextAcknowledged()).hasValue("ready");
            assertThat(other.nextAcknowledged()).hasValue("ready");
            one.go();
            other.go();

            for (var i = 0; i < 200; i++) {
                var acknowledged = one.nextAcknowledged();
                assertThat(acknowledged).isPresent();
                assertThat(other.nextAcknowledged()).isEqualTo(acknowledged);
            }
        }

        try (var store = open(file)) {
            assertThat(users(store)).hasSize(200).doesNotHaveDuplicates();
        }
    }

    @Test
    void manyOpenersOfANewFileAgreeOnItsIdentity() throws InterruptedException {
        var file = directory.resolve("tokens.db");
        var identities = ConcurrentHashMap.<String>newKeySet();
        var threads = new ArrayList<Thread>();
        for (var i = 0; i < 8; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                try (var opened = SqliteFile.open(file, RANDOM)) {
                    identities.add(opened.identity());
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }

        assertThat(identities).hasSize(1).noneMatch(String::isEmpty);
    }

    @Test
    void aLockedFileFailsSavesWithAClearSentenceAndStillAnswersReads() throws SQLException {
        var file = directory.resolve("tokens.db");
        try (var store = open(file)) {
            store.save(SavingProcess.tokenOf("alice"));
            try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                    var statement = connection.createStatement()) {
                statement.execute("BEGIN IMMEDIATE");

                assertThatThrownBy(() -> store.save(SavingProcess.tokenOf("bob")))
                        .isInstanceOfSatisfying(
                                StorageException.class,
                                failure -> assertThat(failure.reason()).isEqualTo(Reason.STORAGE_UNAVAILABLE))
                        .hasMessageContaining("locked by another process")
                        .hasMessageNotContaining("fixture-secret");
                assertThat(store.find(SavingProcess.tokenOf("alice"))).isPresent();
                statement.execute("ROLLBACK");
            }
            store.save(SavingProcess.tokenOf("bob"));
            assertThat(users(store)).containsExactly("alice", "bob");
        }
    }

    private static TokenStore open(Path file) {
        var storage = SqliteTokenStorage.open(
                file,
                StoreSettings.KEEP_EVERYTHING,
                new MachineClock(InstantSource.system()),
                RANDOM,
                row -> {},
                new RecordedCleanup());
        return new TokenStore(storage, storage, storage.uses(), RANDOM);
    }

    private static List<String> users(TokenStore store) {
        return Pages.all(store).stream()
                .map(row -> row.fields()
                        .get(TokenField.USER_SIGNATURE)
                        .map(SecretValue::reveal)
                        .orElseThrow())
                .toList();
    }
}
