package dev.tokenstore.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TokenAnnotationsTest {
    private static final Instant NOON = Instant.parse("2030-01-01T12:00:00Z");

    @Test
    void readsTimesAsRfc3339WritesThem() {
        assertThat(savedAt("2030-01-01T12:00:00Z").savedAt()).contains(NOON);
        assertThat(savedAt("2030-01-01T14:00:00+02:00").savedAt()).contains(NOON);
        assertThat(savedAt("2030-01-01T12:00Z").savedAt()).contains(NOON);
        assertThat(savedAt("9999-12-31T23:59:59.999999Z").savedAt()).isPresent();
    }

    @Test
    void aTimeThatIsMissingMalformedOrOfAnotherYearIsEmpty() {
        assertThat(savedAt(null).savedAt()).isEmpty();
        assertThat(savedAt("").savedAt()).isEmpty();
        assertThat(savedAt("yesterday").savedAt()).isEmpty();
        assertThat(savedAt("1969-12-31T23:59:59Z").savedAt()).isEmpty();
        assertThat(savedAt("+10000-01-01T00:00:00Z").savedAt()).isEmpty();
    }

    @Test
    void everyStateButPendingCountsAsConfirmed() {
        assertThat(with(TokenSecretLayout.STATE, "pending").isPending()).isTrue();
        assertThat(with(TokenSecretLayout.STATE, "confirmed").isPending()).isFalse();
        assertThat(with(TokenSecretLayout.STATE, "Pending").isPending()).isFalse();
        assertThat(with(TokenSecretLayout.STATE, null).isPending()).isFalse();
    }

    @Test
    void everythingButFalseAsksToKeepTheToken() {
        assertThat(with(TokenSecretLayout.KEEP, null).keep()).isFalse();
        assertThat(with(TokenSecretLayout.KEEP, "false").keep()).isFalse();
        assertThat(with(TokenSecretLayout.KEEP, "False").keep()).isTrue();
        assertThat(with(TokenSecretLayout.KEEP, "").keep()).isTrue();
    }

    @Test
    void readsVersionRankAndNoncesOrNone() {
        assertThat(with(TokenSecretLayout.VERSION, "abc.12").version()).contains("abc.12");
        assertThat(with(TokenSecretLayout.VERSION, "abc").version()).isEmpty();
        assertThat(with(TokenSecretLayout.USER_RANK, "3").userRank()).hasValue(3);
        assertThat(with(TokenSecretLayout.USER_RANK, "-1").userRank()).isEmpty();
        assertThat(with(TokenSecretLayout.WRITES, "b a").nonces()).containsExactly("b", "a");
        assertThat(with(TokenSecretLayout.WRITES, null).nonces()).isEmpty();
        assertThat(with(TokenSecretLayout.RENEWABLE, "yes").renewable()).isNull();
    }

    private static TokenAnnotations savedAt(@Nullable String text) {
        return with(TokenSecretLayout.SAVED_AT, text);
    }

    private static TokenAnnotations with(String name, @Nullable String text) {
        return new TokenAnnotations(TokenSecrets.token().with(name, text).metadata());
    }
}
