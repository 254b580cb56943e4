package dev.tokenstore.store.embedded;

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
import dev.tokenstore.api.TokenFacts;
import dev.tokenstore.store.LastUse;
import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.StoreSettings;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.token.TokenFields;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// What the cleanup of an embedded storage deletes by itself, when, and what it does not delete.
public interface CleanupContract {
    /// Opens a new, empty store.
    Opened open(StoreSettings settings, MachineClock clock, CleanupListener listener);

    /// A store, and what its cleanup works on; the test closes it.
    record Opened(TokenStore store, OverdueRows<?> rows, LastUse.Writer uses) implements AutoCloseable {
        @Nullable Instant sweep(TestMachine machine, StoreSettings settings, CleanupListener listener) {
            return sweep(rows, machine, settings, listener);
        }

        static @Nullable Instant sweep(
                OverdueRows<?> rows, TestMachine machine, StoreSettings settings, CleanupListener listener) {
            return new EmbeddedCleanup(rows, settings.retention(), machine::now, Duration.ofMinutes(5), listener)
                    .sweep();
        }

        StoredToken save(TokenFields fields) {
            return ((SaveResult.Saved) store.save(fields)).token();
        }

        @Override
        public void close() {
            store.close();
        }
    }

    private Opened keepingEverything(TestMachine machine) {
        return open(StoreSettings.KEEP_EVERYTHING, machine.clock(), new RecordedCleanup());
    }

    @Test
    default void deletesWhatItsPolicyAsksForAndTellsHowManyByReason() {
        var machine = new TestMachine();
        var cleanup = new RecordedCleanup();
        try (var opened = keepingEverything(machine)) {
            opened.save(access("old"));
            machine.pass(Duration.ofHours(20));
            opened.save(access("unused-1"));
            opened.save(access("unused-2"));
            machine.pass(Duration.ofHours(8));
            opened.save(access("old").with(EXPIRES_IN, "1"));
            opened.save(access("expired").with(EXPIRES_IN, millis(machine.now().plusSeconds(60))));
            opened.save(access("kept"));
            machine.pass(Duration.ofHours(4));

            opened.sweep(machine, settings("10h", "30h", "1h"), cleanup);

            assertThat(cleanup.deletions())
                    .containsExactly(Map.of(EndReason.SESSION_ENDED, 2, EndReason.TOO_OLD, 1, EndReason.EXPIRED, 1));
            assertThat(opened.store().list(0, "").tokens())
                    .extracting(StoredToken::fields)
                    .containsExactly(
                            opened.store().find(access("kept")).orElseThrow().fields());
        }
    }

    @Test
    default void deletesNothingThatNoSettingAskedFor() {
        var machine = new TestMachine();
        try (var opened = keepingEverything(machine)) {
            opened.save(access("expired").with(EXPIRES_IN, millis(machine.now())));
            opened.save(access("old"));
            machine.pass(Duration.ofDays(3650));

            assertThat(opened.sweep(machine, settings(null, null, null), new RecordedCleanup()))
                    .isNull();

            assertThat(opened.store().list(0, "").tokens()).hasSize(2);
            assertThat(StoreSettings.KEEP_EVERYTHING.deletes()).isFalse();
        }
    }

    @Test
    default void neverDeletesAsExpiredWhatCanBeRenewedOrWhoseExpiryIsNotKnown() {
        var machine = new TestMachine();
        var cleanup = new RecordedCleanup();
        try (var opened = keepingEverything(machine)) {
            var past = millis(machine.now().minusSeconds(60));
            opened.save(access("refreshable")
                    .with(REFRESH_TOKEN, "fixture-secret-r")
                    .with(EXPIRES_IN, past));
            opened.save(access("granted").with(GRANT_TOKEN, "fixture-secret-g").with(EXPIRES_IN, past));
            opened.save(access("unknown"));
            opened.save(access("relative seconds").with(EXPIRES_IN, "3600"));
            opened.save(access("beyond all calendars").with(EXPIRES_IN, "999999999999999999"));
            machine.pass(Duration.ofDays(400));

            assertThat(opened.sweep(machine, settings(null, null, "0s"), cleanup))
                    .isNull();

            assertThat(cleanup.deletions()).isEmpty();
        }
    }

    @Test
    default void aRowThatWasSavedOrReadSinceTheDecisionSurvives() {
        var machine = new TestMachine();
        var cleanup = new RecordedCleanup();
        try (var opened = keepingEverything(machine)) {
            opened.save(access("saved"));
            var read = opened.save(access("read"));
            opened.save(access("idle"));
            machine.pass(Duration.ofHours(12));
            var raced = raced(opened.rows(), () -> {
                opened.save(access("saved").with(EXPIRES_IN, "1"));
                opened.uses().write(read, machine.now());
            });

            Opened.sweep(raced, machine, settings("10h", null, null), cleanup);

            assertThat(cleanup.deletions()).containsExactly(Map.of(EndReason.SESSION_ENDED, 1));
            assertThat(opened.store().find(access("saved"))).isPresent();
            assertThat(opened.store().find(access("read"))).isPresent();
            assertThat(opened.store().find(access("idle"))).isEmpty();
        }
    }

    /// Runs `meanwhile` once, between the decision and the deletion of three rows.
    private static <R> OverdueRows<R> raced(OverdueRows<R> rows, Runnable meanwhile) {
        return new OverdueRows<>() {
            private boolean happened;

            @Override
            public void forEach(Instant now, BiConsumer<R, TokenFacts> action) {
                rows.forEach(now, action);
            }

            @Override
            public List<R> deleteUnchanged(Collection<R> due) {
                if (!happened) {
                    happened = true;
                    assertThat(due).hasSize(3);
                    meanwhile.run();
                }
                return rows.deleteUnchanged(due);
            }

            @Override
            public long revision() {
                return rows.revision();
            }
        };
    }

    @Test
    default void saysWhenTheNextRowIsDue() {
        var machine = new TestMachine();
        var cleanup = new RecordedCleanup();
        var tenHours = settings("10h", null, null);
        try (var opened = keepingEverything(machine)) {
            var first = opened.save(access("first"));
            machine.pass(Duration.ofHours(1));
            opened.save(access("second"));

            assertThat(opened.sweep(machine, tenHours, cleanup))
                    .isEqualTo(first.createTime().plus(Duration.ofHours(11)));
            machine.pass(Duration.ofHours(10));
            assertThat(opened.sweep(machine, tenHours, cleanup))
                    .isEqualTo(first.createTime().plus(Duration.ofHours(12)));
            machine.pass(Duration.ofHours(1));
            assertThat(opened.sweep(machine, tenHours, cleanup)).isNull();
            assertThat(cleanup.deletions()).hasSize(2);
        }
    }

    @Test
    default void wakesAtTheDeadlineOfARowThatThisProcessSavesMeanwhile() {
        var real = new MachineClock(InstantSource.system());
        var cleanup = new RecordedCleanup();
        try (var opened = open(settings(null, "1s", null), real, cleanup)) {
            var row = opened.save(access("short-lived"));

            await().until(() -> !cleanup.deletions().isEmpty());

            var late = Duration.between(row.createTime().plusSeconds(1), real.instant());
            assertThat(late).isBetween(Duration.ZERO, Duration.ofSeconds(2));
            assertThat(cleanup.deletions()).containsExactly(Map.of(EndReason.TOO_OLD, 1));
        }
    }

    static StoreSettings settings(
            @Nullable String sessionTimeout, @Nullable String maxTokenAge, @Nullable String expiredAfter) {
        var expired = expiredAfter == null ? null : new Delay(expiredAfter);
        return StoreSettings.of(new OAuthTokenStoreSpec(
                sessionTimeout, maxTokenAge, new Cleanup(null, null, expired, null, null), null, null, null, null));
    }

    static TokenFields access(String name) {
        return TokenFields.NONE.with(ACCESS_TOKEN, "fixture-secret-" + name);
    }

    private static String millis(Instant moment) {
        return Long.toString(moment.toEpochMilli());
    }
}
