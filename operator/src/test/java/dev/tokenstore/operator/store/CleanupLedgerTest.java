package dev.tokenstore.operator.store;

import static java.util.Map.entry;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.api.EndReason;
import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.api.OAuthTokenStoreStatus.LastCleanup;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CleanupLedgerTest {
    private static final Instant NOW = Instant.parse("2030-01-01T00:00:00.5Z");
    private static final LastCleanup EARLIER = new LastCleanup("2029-12-31T00:00:00Z", Map.of("TooOld", 500), null);

    private final CleanupLedger ledger = new CleanupLedger(null);

    @Test
    void whatIsDeletedBeforeItIsToldIsToldTogether() {
        ledger.deleted(Map.of(EndReason.TOO_OLD, 2), NOW);
        ledger.deleted(Map.of(EndReason.TOO_OLD, 1, EndReason.EXPIRED, 4), NOW.plusSeconds(5));

        assertThat(requireNonNull(ledger.last()).deleted()).containsOnly(entry("TooOld", 3), entry("Expired", 4));
        assertThat(requireNonNull(ledger.last()).time()).isEqualTo("2030-01-01T00:00:05Z");
        assertThat(ledger.isUnreported()).isTrue();
    }

    @Test
    void whatIsDeletedAfterItWasToldIsAnotherCleanup() {
        ledger.deleted(Map.of(EndReason.TOO_OLD, 2), NOW);
        ledger.reported();
        assertThat(ledger.isUnreported()).isFalse();

        ledger.deleted(Map.of(EndReason.EXPIRED, 1), NOW);

        assertThat(requireNonNull(ledger.last()).deleted()).containsOnly(entry("Expired", 1));
    }

    @Test
    void aCleanupThatAnotherProcessBeganGoesOn() {
        var running = new CleanupLedger(status("CleanupRunning"));
        running.deleted(Map.of(EndReason.TOO_OLD, 1), NOW);
        assertThat(requireNonNull(running.last()).deleted()).containsOnly(entry("TooOld", 501));

        var done = new CleanupLedger(status("NothingDue"));
        done.deleted(Map.of(EndReason.TOO_OLD, 1), NOW);
        assertThat(requireNonNull(done.last()).deleted()).containsOnly(entry("TooOld", 1));
    }

    @Test
    void aDryRunIsToldOnceAndNeverAddedToWhatWasDeleted() {
        ledger.wouldDelete(Map.of(EndReason.TOO_OLD, 5), NOW);
        assertThat(requireNonNull(ledger.last()).dryRun()).isTrue();
        ledger.reported();
        ledger.wouldDelete(Map.of(EndReason.TOO_OLD, 5), NOW.plusSeconds(9));
        assertThat(ledger.isUnreported()).isFalse();

        ledger.wouldDelete(Map.of(EndReason.TOO_OLD, 6), NOW.plusSeconds(9));
        ledger.deleted(Map.of(EndReason.TOO_OLD, 6), NOW.plusSeconds(10));

        assertThat(requireNonNull(ledger.last()).deleted()).containsOnly(entry("TooOld", 6));
        assertThat(requireNonNull(ledger.last()).dryRun()).isNull();
    }

    @Test
    void nothingIsNoNews() {
        ledger.deleted(Map.of(), NOW);
        ledger.wouldDelete(Map.of(), NOW);

        assertThat(ledger.last()).isNull();
        assertThat(ledger.isUnreported()).isFalse();
    }

    private static OAuthTokenStoreStatus status(String reason) {
        var conditions =
                new Conditions(InstantSource.fixed(NOW)).with(List.of(), "CleanedUp", new Verdict.False(reason, ""), 1);
        return new OAuthTokenStoreStatus(1L, null, null, EARLIER, conditions);
    }
}
