package dev.tokenstore.store.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.api.TokenFacts;
import dev.tokenstore.api.TokenFacts.Credentials;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.kubernetes.RowCache.Entry;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// Which of two answers counts. Moments are small numbers; each test says what happens in which order.
class RowCacheTest {
    private static final String NAME = "token-a";
    private static final Instant TIME = Instant.parse("2030-01-01T00:00:00Z");

    private final AtomicLong now = new AtomicLong();
    private final RowCache cache = new RowCache(now::get);

    @Test
    void anAnswerReplacesAnEarlierOne() {
        read("1", 10, 1);
        read("2", 20, 2);

        assertThat(version()).contains("2");
    }

    @Test
    void anAnswerThatWasAskedForEarlierDoesNotReplaceALaterOne() {
        read("2", 20, 2);
        read("1", 10, 1);

        assertThat(version()).contains("2");
    }

    @Test
    void anAnswerThatWasAskedForEarlierCountsIfItsVersionIsHigher() {
        read("1", 20, 2);
        read("2", 10, 1);

        assertThat(version()).contains("2");
    }

    @Test
    void aLaterAnswerCountsThoughVersionsHaveTurnedBack() {
        read("9", 10, 1);
        read("3", 20, 2);

        assertThat(version()).contains("3");
    }

    @Test
    void aLaterAnswerRemovesARow() {
        read("1", 10, 1);
        cache.read(NAME, Optional.empty(), 20);

        assertThat(version()).isEmpty();
    }

    @Test
    void anEarlierAnswerDoesNotRemoveARow() {
        read("1", 20, 1);
        cache.read(NAME, Optional.empty(), 10);

        assertThat(version()).contains("1");
    }

    @Test
    void anAnswerAskedForBeforeAnOwnWriteDoesNotRollItBack() {
        now.set(30);
        cache.wrote(entry("uid", "5", 20));

        read("4", 25, 1);
        cache.read(NAME, Optional.empty(), 25);

        assertThat(version()).contains("5");
    }

    @Test
    void anAnswerAskedForBeforeAnOwnWriteCountsIfItHoldsALaterVersion() {
        now.set(30);
        cache.wrote(entry("uid", "5", 20));

        read("6", 25, 1);

        assertThat(version()).contains("6");
    }

    @Test
    void anAnswerAskedForAfterAnOwnWriteCountsWhateverItsVersion() {
        now.set(30);
        cache.wrote(entry("uid", "5", 20));

        read("2", 31, 1);

        assertThat(version()).contains("2");
    }

    @Test
    void theAnswerToAnOwnWriteDoesNotRollBackWhatWasReadSince() {
        read("7", 25, 1);
        now.set(30);

        cache.wrote(entry("uid", "5", 20));

        assertThat(version()).contains("7");
    }

    @Test
    void theAnswerToAnOwnWriteCountsAfterARestoredBackup() {
        read("9", 10, 1);
        now.set(30);

        cache.wrote(entry("uid", "5", 20));

        assertThat(version()).contains("5");
    }

    @Test
    void anAnswerAskedForBeforeADeletionDoesNotReviveTheRow() {
        read("1", 10, 1);
        now.set(30);
        cache.forget(NAME);

        read("1", 20, 1);
        assertThat(version()).isEmpty();

        cache.read(NAME, Optional.of(entry("another", "8", 31)), 31);
        assertThat(version()).contains("8");
    }

    @Test
    void nothingThatWasAskedForBeforeAClearCounts() {
        read("1", 10, 1);
        now.set(30);
        cache.clear();

        read("2", 29, 1);
        assertThat(version()).isEmpty();

        read("2", 31, 1);
        assertThat(version()).contains("2");
    }

    @Test
    void dropsTheRowsThatWereUsedLeastRecently() {
        var small = new RowCache(now::get, 10 * 1100);
        for (var i = 0; i < 10; i++) {
            now.set(i);
            small.read("token-" + i, Optional.of(entry("uid-" + i, "1", i)), i);
        }
        now.set(100);
        assertThat(small.get("token-0")).isPresent();

        for (var i = 10; i < 12; i++) {
            now.set(100 + i);
            small.read("token-" + i, Optional.of(entry("uid-" + i, "1", i)), i);
        }

        assertThat(small.get("token-0")).as("used recently").isPresent();
        assertThat(small.get("token-1")).as("used least recently").isEmpty();
        assertThat(small.get("token-11")).isPresent();
    }

    private void read(String version, long askedAt, long arrivedAt) {
        now.accumulateAndGet(arrivedAt, Math::max);
        cache.read(NAME, Optional.of(entry("uid", version, askedAt)), askedAt);
    }

    private Optional<String> version() {
        return cache.get(NAME).map(entry -> entry.row().version().resourceVersion());
    }

    private static Entry entry(String uid, String version, long askedAt) {
        var fields = TokenFields.NONE.with(TokenField.ID, uid).with(TokenField.ACCESS_TOKEN, "fixture-secret");
        var token = new StoredToken(
                fields, version, TIME, TIME, TIME, TIME, NAME, new SecretVersion(uid, version, List.of()));
        var facts = TokenFacts.ofRow(TIME, TIME, TIME, Optional.empty(), Credentials.ACCESS_ONLY, TIME);
        return new Entry(new SecretRow(token, true, OptionalInt.of(0)), facts, askedAt);
    }
}
