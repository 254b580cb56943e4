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
    private final RowCache cache = new RowCache(now::get, new ChangeSignals());

    @Test
    void anAnswerReplacesAnEarlierOne() {
        read("1", 10, 11);
        read("2", 20, 21);

        assertThat(version()).contains("2");
    }

    @Test
    void anAnswerThatWasAskedForEarlierDoesNotReplaceALaterOne() {
        read("2", 20, 21);
        read("1", 10, 22);

        assertThat(version()).contains("2");
    }

    @Test
    void anAnswerThatWasAskedForEarlierCountsIfItsVersionIsHigher() {
        read("1", 20, 21);
        read("2", 10, 22);

        assertThat(version()).contains("2");
    }

    @Test
    void aLaterAnswerCountsThoughVersionsHaveTurnedBack() {
        read("9", 10, 11);
        read("3", 20, 21);

        assertThat(version()).contains("3");
    }

    @Test
    void aLaterAnswerRemovesARow() {
        read("1", 10, 11);
        cache.read(NAME, Optional.empty(), 20);

        assertThat(version()).isEmpty();
    }

    @Test
    void whereAnAnswerWithoutARowOverlappedNothingIsKnown() {
        read("1", 20, 21);
        cache.read(NAME, Optional.empty(), 10);
        assertThat(version()).isEmpty();

        read("1", 15, 22);
        assertThat(version()).as("asked for before").isEmpty();
        read("1", 30, 31);
        assertThat(version()).contains("1");
    }

    @Test
    void ofTwoAnswersThatOverlappedTheOneWithTheHigherVersionCounts() {
        read("11", 0, 6);
        read("10", 1, 7);

        assertThat(version()).contains("11");
    }

    @Test
    void aChangeOfARowThatIsNotKnownOutdatesAnswersOnTheirWay() {
        now.set(30);
        cache.watched(NAME, "uid", 12, Optional.of(entry("uid", "12", 30)));

        read("11", 20, 31);
        assertThat(version()).isEmpty();

        read("12", 32, 33);
        assertThat(version()).contains("12");
    }

    @Test
    void aDeletionThatAWatchDeliversIsNotUndoneByAnAnswerOnItsWay() {
        read("10", 10, 11);
        now.set(30);
        cache.watched(NAME, "uid", 12, Optional.empty());

        read("10", 20, 31);

        assertThat(version()).isEmpty();
    }

    @Test
    void aChangeThatAWatchDeliversCountsIfItIsNewer() {
        read("10", 10, 11);

        cache.watched(NAME, "uid", 9, Optional.of(entry("uid", "9", 12)));
        assertThat(version()).contains("10");
        cache.watched(NAME, "other", 8, Optional.empty());
        assertThat(version()).contains("10");
        cache.watched(NAME, "uid", 12, Optional.of(entry("uid", "12", 12)));
        assertThat(version()).contains("12");
        assertThat(cache.get(NAME).orElseThrow().askedAt())
                .as("it tells nothing of its age")
                .isEqualTo(10);
    }

    @Test
    void theLateAnswerToAnOwnWriteDoesNotReviveARowThatWasDeletedSince() {
        read("4", 10, 11);
        now.set(30);
        cache.forget(NAME);
        now.set(31);

        cache.wrote(entry("uid", "5", 20));
        assertThat(version()).isEmpty();

        read("5", 32, 33);
        assertThat(version()).contains("5");
    }

    @Test
    void ownWritesThatAreAnsweredInReverseKeepTheLaterOne() {
        now.set(30);
        cache.wrote(entry("uid", "6", 21));
        now.set(31);
        cache.wrote(entry("uid", "5", 20));
        assertThat(version()).contains("6");

        read("5", 25, 32);
        assertThat(version()).contains("6");
    }

    @Test
    void anAnswerAskedForBeforeAnOwnWriteDoesNotRollItBack() {
        now.set(30);
        cache.wrote(entry("uid", "5", 20));

        read("4", 25, 31);
        cache.read(NAME, Optional.empty(), 25);

        assertThat(version()).contains("5");
    }

    @Test
    void anAnswerAskedForBeforeAnOwnWriteCountsIfItHoldsALaterVersion() {
        now.set(30);
        cache.wrote(entry("uid", "5", 20));

        read("6", 25, 31);

        assertThat(version()).contains("6");
    }

    @Test
    void anAnswerAskedForAfterAnOwnWriteCountsWhateverItsVersion() {
        now.set(30);
        cache.wrote(entry("uid", "5", 20));

        read("2", 31, 32);

        assertThat(version()).contains("2");
    }

    @Test
    void theAnswerToAnOwnWriteDoesNotRollBackWhatWasReadSince() {
        read("7", 25, 26);
        now.set(30);

        cache.wrote(entry("uid", "5", 20));

        assertThat(version()).contains("7");
    }

    @Test
    void theAnswerToAnOwnWriteCountsAfterARestoredBackup() {
        read("9", 10, 11);
        now.set(30);

        cache.wrote(entry("uid", "5", 20));

        assertThat(version()).contains("5");
    }

    @Test
    void anAnswerAskedForBeforeADeletionDoesNotReviveTheRow() {
        read("1", 10, 11);
        now.set(30);
        cache.forget(NAME);

        read("1", 20, 31);
        assertThat(version()).isEmpty();

        cache.read(NAME, Optional.of(entry("another", "8", 31)), 31);
        assertThat(version()).contains("8");
    }

    @Test
    void nothingThatWasAskedForBeforeAClearCounts() {
        read("1", 10, 11);
        now.set(30);
        cache.clear();

        read("2", 29, 31);
        assertThat(version()).isEmpty();

        read("2", 31, 32);
        assertThat(version()).contains("2");
    }

    @Test
    void dropsTheRowsThatWereUsedLeastRecently() {
        var small = new RowCache(now::get, new ChangeSignals(), 10 * 1100);
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

    private Entry entry(String uid, String version, long askedAt) {
        var fields = TokenFields.NONE.with(TokenField.ID, uid).with(TokenField.ACCESS_TOKEN, "fixture-secret");
        var token = new StoredToken(
                fields, version, TIME, TIME, TIME, TIME, NAME, new SecretVersion(uid, version, List.of()));
        var facts = TokenFacts.ofRow(TIME, TIME, TIME, Optional.empty(), Credentials.ACCESS_ONLY, TIME);
        return new Entry(new SecretRow(token, true, OptionalInt.of(0)), facts, askedAt, now.get());
    }
}
