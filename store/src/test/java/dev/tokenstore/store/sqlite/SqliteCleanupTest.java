package dev.tokenstore.store.sqlite;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.EXPIRES_IN;
import static dev.tokenstore.store.token.TokenField.GRANT_TOKEN;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.api.OAuthTokenStoreSpec.Cleanup;
import dev.tokenstore.api.OAuthTokenStoreSpec.Delay;
import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.token.TokenFields;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is deleted from a file by itself, when, and what is not.
class SqliteCleanupTest {
    private static final SecureRandom RANDOM = new SecureRandom();

    private final TestMachine machine = new TestMachine();
    private final MachineClock clock = machine.clock();
    private final RecordedCleanup told = new RecordedCleanup();

    @TempDir
    Path directory;

    private TokenStore store;
    private SqliteFile file;

    @BeforeEach
    void open() {
        var storage = new SqliteTokenStorage(path(), clock, RANDOM, row -> {});
        store = new TokenStore(storage, clock, RANDOM);
        file = SqliteFile.open(path(), clock, RANDOM);
    }

    @AfterEach
    void close() {
        file.close();
        store.close();
    }

    @Test
    void deletesWhatItsPolicyAsksForAndTellsHowManyByReason() {
        save(access("old"));
        machine.pass(Duration.ofHours(20));
        save(access("unused-1"));
        save(access("unused-2"));
        machine.pass(Duration.ofHours(8));
        save(access("old").with(EXPIRES_IN, "1"));
        save(access("expired").with(EXPIRES_IN, millis(machine.now().plusSeconds(60))));
        save(access("kept"));
        machine.pass(Duration.ofHours(4));

        cleanup("10h", "30h", "1h").sweep();

        assertThat(told.deletions())
                .containsExactly(Map.of(EndReason.SESSION_ENDED, 2, EndReason.TOO_OLD, 1, EndReason.EXPIRED, 1));
        assertThat(store.list(0, "").tokens())
                .extracting(StoredToken::fields)
                .containsExactly(store.find(access("kept")).orElseThrow().fields());
    }

    @Test
    void deletesNothingThatNoSettingAskedFor() {
        save(access("expired").with(EXPIRES_IN, millis(machine.now())));
        save(access("old"));
        machine.pass(Duration.ofDays(3650));

        assertThat(cleanup(null, null, null).sweep()).isNull();

        assertThat(store.list(0, "").tokens()).hasSize(2);
        assertThat(EmbeddedPolicy.keepingEverything().deletes()).isFalse();
    }

    @Test
    void neverDeletesAsExpiredWhatCanBeRenewedOrWhoseExpiryIsNotKnown() throws SQLException {
        var past = millis(machine.now().minusSeconds(60));
        save(access("refreshable").with(REFRESH_TOKEN, "fixture-secret-r").with(EXPIRES_IN, past));
        save(access("granted").with(GRANT_TOKEN, "fixture-secret-g").with(EXPIRES_IN, past));
        save(access("unknown"));
        save(access("relative seconds").with(EXPIRES_IN, "3600"));
        save(access("beyond all calendars").with(EXPIRES_IN, "999999999999999999"));
        save(access("edited").with(EXPIRES_IN, past));
        edit("UPDATE token SET expires_in = CAST('gestern' AS BLOB) WHERE sequence = 6");
        machine.pass(Duration.ofDays(400));

        assertThat(cleanup(null, null, "0s").sweep()).isNull();

        assertThat(told.deletions()).isEmpty();
    }

    @Test
    void aRowThatWasSavedOrReadSinceTheDecisionSurvives() {
        save(access("saved"));
        var read = save(access("read"));
        save(access("idle"));
        machine.pass(Duration.ofHours(12));
        var rows = new OverdueRows(file, policy("10h", null, null), Instant.EPOCH);
        var due = rows.look(clock.instant()).due();
        assertThat(due).hasSize(3);

        save(access("saved").with(EXPIRES_IN, "1"));
        new SqliteUse(file, clock, RANDOM).record(read, clock.instant());

        assertThat(rows.delete(due)).isEqualTo(Map.of(EndReason.SESSION_ENDED, 1));
        assertThat(store.find(access("saved"))).isPresent();
        assertThat(store.find(access("read"))).isPresent();
        assertThat(store.find(access("idle"))).isEmpty();
    }

    @Test
    void saysWhenTheNextRowIsDue() {
        var first = save(access("first"));
        machine.pass(Duration.ofHours(1));
        save(access("second"));

        assertThat(cleanup("10h", null, null).sweep())
                .isEqualTo(first.createTime().plus(Duration.ofHours(11)));
        machine.pass(Duration.ofHours(10));
        assertThat(cleanup("10h", null, null).sweep())
                .isEqualTo(first.createTime().plus(Duration.ofHours(12)));
        machine.pass(Duration.ofHours(1));
        assertThat(cleanup("10h", null, null).sweep()).isNull();
        assertThat(told.deletions()).hasSize(2);
    }

    @Test
    void deletesThousandsInPortions() {
        file.write(connection -> {
            try (var statement = connection.createStatement()) {
                return statement.executeUpdate("""
                        INSERT INTO token (nonce, counter, created_at, updated_at, user_since, id, access_token)
                        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
                        SELECT 'n' || i, 1, 0, 0, 0, CAST('id-' || i AS BLOB), x'41' FROM n""");
            }
        });

        cleanup(null, "1h", null).sweep();

        assertThat(told.deletions()).containsExactly(Map.of(EndReason.TOO_OLD, 5000));
        assertThat(store.list(0, "").tokens()).isEmpty();
    }

    @Test
    void wakesAtTheDeadlineOfARowThatThisProcessSavesMeanwhile() {
        var real = new MachineClock(InstantSource.system());
        var policy = new EmbeddedPolicy(policy(null, "1s", null), Optional.empty());
        var other = directory.resolve("other.db");
        try (var storage = SqliteTokenStorage.open(other, policy, real, RANDOM, row -> {}, told);
                var opened = new TokenStore(storage, real, RANDOM)) {
            var row = ((SaveResult.Saved) opened.save(access("short-lived"))).token();

            await().until(() -> !told.deletions().isEmpty());

            var late = Duration.between(row.createTime().plusSeconds(1), real.instant());
            assertThat(late).isBetween(Duration.ZERO, Duration.ofSeconds(2));
            assertThat(told.deletions()).containsExactly(Map.of(EndReason.TOO_OLD, 1));
        }
    }

    @Test
    void noticesWhatAnotherProcessWrote() {
        var real = new MachineClock(InstantSource.system());
        var rows = new OverdueRows(file, policy(null, "1s", null), Instant.EPOCH);
        try (var cleanup = new SqliteCleanup(rows, real, Duration.ofMillis(100), told);
                var another = new TokenStore(new SqliteTokenStorage(path(), real, RANDOM, row -> {}), real, RANDOM)) {
            cleanup.start();

            another.save(access("of another process"));

            await().until(() -> !told.deletions().isEmpty());
            assertThat(another.list(0, "").tokens()).isEmpty();
        }
    }

    @Test
    void aFileThatIsLockedForLongIsToldAndTriedAgain() throws SQLException {
        save(access("old"));
        machine.pass(Duration.ofHours(1));
        var rows = new OverdueRows(file, policy(null, "1h", null), Instant.EPOCH);
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + path());
                var statement = connection.createStatement();
                var cleanup = new SqliteCleanup(rows, clock, Duration.ofMillis(100), told)) {
            statement.execute("BEGIN IMMEDIATE");
            cleanup.start();
            await().until(() -> !told.failures().isEmpty());
            statement.execute("ROLLBACK");

            machine.pass(Duration.ofMinutes(1));

            await().until(() -> !told.deletions().isEmpty());
        }
    }

    private SqliteCleanup cleanup(
            @Nullable String sessionTimeout, @Nullable String maxTokenAge, @Nullable String expiredAfter) {
        var rows = new OverdueRows(file, policy(sessionTimeout, maxTokenAge, expiredAfter), Instant.EPOCH);
        return new SqliteCleanup(rows, clock, SqliteCleanup.LONGEST_SLEEP, told);
    }

    private static RetentionPolicy policy(
            @Nullable String sessionTimeout, @Nullable String maxTokenAge, @Nullable String expiredAfter) {
        var expired = expiredAfter == null ? null : new Delay(expiredAfter);
        return RetentionPolicy.of(new OAuthTokenStoreSpec(
                sessionTimeout, maxTokenAge, new Cleanup(null, null, expired, null, null), null, null, null, null));
    }

    private StoredToken save(TokenFields fields) {
        return ((SaveResult.Saved) store.save(fields)).token();
    }

    private static TokenFields access(String name) {
        return TokenFields.NONE.with(ACCESS_TOKEN, "fixture-secret-" + name);
    }

    private static String millis(Instant moment) {
        return Long.toString(moment.toEpochMilli());
    }

    private Path path() {
        return directory.resolve("tokens.db");
    }

    private void edit(String sql) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + path());
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
