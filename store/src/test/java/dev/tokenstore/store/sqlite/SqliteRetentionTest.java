package dev.tokenstore.store.sqlite;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.api.RetentionPolicy;
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
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How long the rows of a file live, on a machine whose clocks are moved by hand.
class SqliteRetentionTest {
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Duration TIMEOUT = Duration.ofHours(10);
    private static final Duration TENTH = Duration.ofHours(1);
    private static final TokenFields ALICE = TokenFields.NONE
            .with(USER_SIGNATURE, "alice")
            .with(REFRESH_TOKEN, "fixture-secret-refresh-a")
            .with(ACCESS_TOKEN, "fixture-secret-access-a");

    private final TestMachine machine = new TestMachine();

    @TempDir
    Path directory;

    @Test
    void readsAreRecordedAtMostOncePerTenthOfTheTimeoutAndKeepTheSession() throws SQLException {
        try (var store = open(policy("10h", null))) {
            var row = saved(store, ALICE);
            var recorded = new HashSet<Instant>();
            for (var i = 0; i < 120; i++) {
                machine.pass(Duration.ofMinutes(15));
                var found = store.findById(row.id());
                assertThat(found).isPresent();
                assertThat(found.get().version()).isEqualTo(row.version());
                if (!found.get().lastActive().plus(TENTH).isAfter(machine.now())) {
                    await().until(() -> lastUse().equals(machine.now()));
                }
                recorded.add(lastUse());
            }

            recorded.remove(Instant.EPOCH);
            assertThat(recorded).hasSize(30);
        }
    }

    @Test
    void aSessionEndsBetweenItsTimeoutAndATenthMoreAfterTheLastUseWheneverThatWas() throws SQLException {
        for (var minutes = 0; minutes <= 130; minutes += 13) {
            var file = directory.resolve("used-after-" + minutes + ".db");
            try (var store = open(file, policy("10h", null), machine.clock())) {
                var row = saved(store, ALICE);
                machine.pass(Duration.ofMinutes(minutes));
                assertThat(store.findById(row.id())).isPresent();
                if (minutes >= 60) {
                    await().until(() -> lastUse(file).equals(machine.now()));
                }

                machine.pass(TIMEOUT.minusNanos(1));
                assertThat(store.list(0, "").tokens())
                        .as("used after %d minutes", minutes)
                        .hasSize(1);
                machine.pass(TENTH.plusNanos(1));
                assertThat(store.list(0, "").tokens())
                        .as("used after %d minutes", minutes)
                        .isEmpty();
                assertThat(store.save(row.fields())).isEqualTo(new SaveResult.TokenDeleted());
            }
        }
    }

    @Test
    void aReadDoesNotWaitForTheLockOfAnotherProcessAndItsUseIsRecordedOnceThatIsGone() throws SQLException {
        try (var store = open(policy("10h", null))) {
            var row = saved(store, ALICE);
            machine.pass(Duration.ofHours(2));
            try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file());
                    var statement = connection.createStatement()) {
                statement.execute("BEGIN IMMEDIATE");
                for (var i = 0; i < 20; i++) {
                    var start = System.nanoTime();
                    assertThat(store.findById(row.id())).isPresent();
                    assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
                }
                assertThat(lastUse()).isEqualTo(Instant.EPOCH);
                statement.execute("ROLLBACK");
            }

            await().until(() -> lastUse().equals(machine.now()));
        }
    }

    @Test
    void aUseIsRecordedEvenIfTheProgramEndsRightAfterIt() throws SQLException {
        try (var store = open(policy("10h", null))) {
            var row = saved(store, ALICE);
            machine.pass(Duration.ofHours(2));
            assertThat(store.findById(row.id())).isPresent();
        }

        assertThat(lastUse()).isEqualTo(machine.now());
    }

    @Test
    void aStepOfTheWallClockByHoursEndsNothingAndKeepsNothingForEver() {
        for (var step : new Duration[] {Duration.ofHours(30), Duration.ofHours(-30)}) {
            try (var store = open(policy("10h", "20h"))) {
                var row = saved(store, ALICE);
                machine.setWallClockBy(step);
                machine.pass(Duration.ofHours(9));
                assertThat(store.list(0, "").tokens()).as("step %s", step).hasSize(1);

                machine.pass(Duration.ofHours(3));
                assertThat(store.findById(row.id())).as("step %s", step).isEmpty();
                machine.setWallClockBy(step.negated());
                store.deleteAll();
            }
        }
    }

    @Test
    void aStampInTheFutureCountsAsNowUntilTheTimeComes() {
        machine.setWallClockBy(Duration.ofHours(5));
        StoredToken row;
        try (var store = open(policy("10h", null))) {
            row = saved(store, ALICE);
        }
        machine.setWallClockBy(Duration.ofHours(-5));

        try (var store = open(policy("10h", null))) {
            machine.pass(Duration.ofHours(15));
            assertThat(store.list(0, "").tokens()).hasSize(1);
            machine.pass(Duration.ofHours(2));
            assertThat(store.findById(row.id())).isEmpty();
        }
    }

    @Test
    void aTimeoutThatIsNewLetsEverySessionBeginAnew() {
        StoredToken row;
        try (var store = open(StoreSettings.KEEP_EVERYTHING)) {
            row = saved(store, ALICE);
            machine.pass(Duration.ofDays(3));
            assertThat(store.findById(row.id())).isPresent();
        }

        try (var store = open(policy("10h", null))) {
            machine.pass(TIMEOUT.minusNanos(1));
            assertThat(store.list(0, "").tokens()).hasSize(1);
        }
        try (var store = open(policy("10h", null))) {
            machine.pass(TENTH.plusNanos(1));
            assertThat(store.list(0, "").tokens()).isEmpty();
        }
    }

    @Test
    void aStoreThatIsFullTakesNoNewTokenButKnownOnes() {
        try (var store = open(new StoreSettings(RetentionPolicy.of(null), Optional.of(2)))) {
            var alice = saved(store, ALICE);
            saved(store, TokenFields.NONE.with(ACCESS_TOKEN, "fixture-secret-2"));
            var third = TokenFields.NONE.with(ACCESS_TOKEN, "fixture-secret-3");

            assertThatThrownBy(() -> store.save(third))
                    .isInstanceOfSatisfying(
                            StorageException.class,
                            failure -> assertThat(failure.reason()).isEqualTo(Reason.STORE_FULL))
                    .hasMessageContaining("--max-tokens");
            saved(store, ALICE.with(ACCESS_TOKEN, "fixture-secret-new"));
            assertThat(store.list(0, "").tokens()).hasSize(2);

            store.delete(alice.id());
            saved(store, third);
        }
    }

    @Test
    void aTokenThatTakesThePlaceOfOneThatIsOverNeedsNoRoom() {
        var retention = retention(null, "1h");
        try (var store = open(new StoreSettings(retention, Optional.of(1)))) {
            saved(store, ALICE);
            machine.pass(Duration.ofHours(1));

            saved(store, ALICE);
        }
    }

    private static StoreSettings policy(@Nullable String sessionTimeout, @Nullable String maxTokenAge) {
        return new StoreSettings(retention(sessionTimeout, maxTokenAge), Optional.empty());
    }

    private static RetentionPolicy retention(@Nullable String sessionTimeout, @Nullable String maxTokenAge) {
        return RetentionPolicy.of(new OAuthTokenStoreSpec(sessionTimeout, maxTokenAge, null, null, null, null, null));
    }

    private TokenStore open(StoreSettings policy) {
        return open(file(), policy, machine.clock());
    }

    private TokenStore open(Path file, StoreSettings policy, MachineClock clock) {
        var storage = SqliteTokenStorage.open(file, policy, clock, RANDOM, row -> {}, new RecordedCleanup());
        return new TokenStore(storage, storage, storage.uses(), RANDOM);
    }

    private Path file() {
        return directory.resolve("tokens.db");
    }

    private static StoredToken saved(TokenStore store, TokenFields fields) {
        var result = store.save(fields);
        assertThat(result).isInstanceOf(SaveResult.Saved.class);
        return ((SaveResult.Saved) result).token();
    }

    private Instant lastUse() throws SQLException {
        return lastUse(file());
    }

    private static Instant lastUse(Path file) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT used_at FROM token")) {
            return SqliteRow.moment(result.getLong(1));
        }
    }
}
