package dev.tokenstore.store.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FreshnessTest {
    private static final Instant EXPIRY = Instant.parse("2030-01-01T00:00:00Z");

    private final Freshness freshness = new Freshness(Duration.ofMinutes(5));

    @ParameterizedTest
    @CsvSource({
        "PT-11S, PT1S",
        "PT-10S, PT0.1S",
        "PT0S, PT0.1S",
        "PT59.999S, PT0.1S",
        "PT60S, PT1S",
        "P1000D, PT1S",
    })
    void isShorterNearTheExpiry(Duration sinceExpiry, Duration expected) {
        assertThat(freshness.maxAge(Optional.of(EXPIRY), EXPIRY.plus(sinceExpiry)))
                .isEqualTo(expected);
    }

    @Test
    void anUnknownExpiryIsNeverNear() {
        assertThat(freshness.maxAge(Optional.empty(), EXPIRY)).isEqualTo(Freshness.MAX_AGE);
    }

    @ParameterizedTest
    @CsvSource({
        "PT-1S, PT1M, true",
        "PT-1S, PT5M, true",
        "PT-1S, PT5M0.001S, false",
        "PT0S, PT1M, false",
        "PT1S, PT1M, false",
    })
    void servesValidTokensForABoundedTime(Duration sinceExpiry, Duration sinceHeard, boolean expected) {
        assertThat(freshness.mayServeStale(Optional.of(EXPIRY), EXPIRY.plus(sinceExpiry), sinceHeard))
                .isEqualTo(expected);
    }

    @Test
    void servesTokensWithoutAnExpiry() {
        assertThat(freshness.mayServeStale(Optional.empty(), EXPIRY, Duration.ofMinutes(1)))
                .isTrue();
    }

    @Test
    void zeroServesNothing() {
        assertThat(new Freshness(Duration.ZERO).mayServeStale(Optional.empty(), EXPIRY, Duration.ofMillis(1)))
                .isFalse();
    }
}
