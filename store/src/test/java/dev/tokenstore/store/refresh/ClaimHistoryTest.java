package dev.tokenstore.store.refresh;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.api.RefreshClaim;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ClaimHistoryTest {
    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final String VERSION = "abc.1";

    @Test
    void aClaimIsInForceFromWhenItWasFirstSeenWhateverItsOwnLength() {
        var seen = look(ClaimHistory.of(VERSION), claim("first", 60), 100);

        assertThat(seen.inForce()).isPresent();
        assertThat(seen.left(LONGEST, seconds(102))).isEqualTo(Duration.ofSeconds(3));
        assertThat(look(seen, claim("first", 60), 104).inForce()).isPresent();
        assertThat(look(seen, claim("first", 60), 105).inForce()).isEmpty();
    }

    @Test
    void aClaimThatLapsesIsOneFailureHoweverOftenItIsSeen() {
        var seen = look(ClaimHistory.of(VERSION), claim("first", 5), 0);

        var lapsed = look(look(seen, claim("first", 5), 5), claim("first", 5), 9);

        assertThat(lapsed.failures()).isEqualTo(1);
        assertThat(look(lapsed, claim("second", 5), 10).failures()).isEqualTo(1);
    }

    @Test
    void aClaimThatIsGivenBackOrTakenOverIsAFailure() {
        var seen = look(ClaimHistory.of(VERSION), claim("first", 5), 0);

        assertThat(look(seen, Optional.empty(), 1).failures()).isEqualTo(1);
        assertThat(look(seen, claim("second", 5), 1).failures()).isEqualTo(1);
        assertThat(look(seen, claim("second", 5), 1).inForce()).isPresent();
    }

    @Test
    void eachFailureHalvesTheNextClaimAndThreePauseForAMinute() {
        var history = ClaimHistory.of(VERSION);
        assertThat(history.nextDuration(LONGEST)).isEqualTo(Duration.ofSeconds(5));

        history = look(look(history, claim("first", 5), 0), Optional.empty(), 1);
        assertThat(history.nextDuration(LONGEST)).isEqualTo(Duration.ofMillis(2500));

        history = look(look(history, claim("second", 5), 2), Optional.empty(), 3);
        assertThat(history.nextDuration(LONGEST)).isEqualTo(Duration.ofMillis(1250));
        assertThat(history.isPaused(seconds(4))).isFalse();

        history = look(look(history, claim("third", 5), 4), Optional.empty(), 5);
        assertThat(history.isPaused(seconds(64))).isTrue();
        assertThat(history.isPaused(seconds(65))).isFalse();
        assertThat(history.nextDuration(LONGEST)).isEqualTo(Duration.ofMillis(1250));
    }

    @Test
    void aSaveEndsWhatIsKnown() {
        var failed = look(look(ClaimHistory.of(VERSION), claim("first", 5), 0), Optional.empty(), 1);

        var saved = failed.observed("abc.2", Optional.empty(), LONGEST, seconds(2));

        assertThat(saved).isEqualTo(ClaimHistory.of("abc.2"));
    }

    private static ClaimHistory look(ClaimHistory history, Optional<RefreshClaim> claim, long second) {
        return history.observed(VERSION, claim, LONGEST, seconds(second));
    }

    private static Optional<RefreshClaim> claim(String nonce, long seconds) {
        return Optional.of(new RefreshClaim(nonce, VERSION, Duration.ofSeconds(seconds)));
    }

    private static long seconds(long seconds) {
        return Duration.ofSeconds(seconds).toNanos();
    }
}
