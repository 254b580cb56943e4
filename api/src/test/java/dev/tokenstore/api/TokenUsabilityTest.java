package dev.tokenstore.api;

import static dev.tokenstore.api.TokenSecrets.NOW;
import static dev.tokenstore.api.TokenSecrets.token;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenUsabilityTest {
    @Test
    void isValidUntilTheAccessTokenExpires() {
        assertThat(TokenUsability.of(token().facts(), NOW.minusMillis(1))).isEqualTo(TokenUsability.VALID);
    }

    @Test
    void isValidWhenTheExpiryIsNotKnown() {
        var unknown =
                token().with(TokenSecretLayout.ACCESS_EXPIRES_AT, null).with(TokenSecretLayout.RENEWABLE, "false");

        assertThat(TokenUsability.of(unknown.facts(), NOW)).isEqualTo(TokenUsability.VALID);
    }

    @Test
    void isRefreshableWhenTheAccessTokenExpiredAndSomethingCanRenewIt() {
        assertThat(TokenUsability.of(token().facts(), NOW)).isEqualTo(TokenUsability.REFRESHABLE);
    }

    @Test
    void isRefreshableWhenItHoldsARefreshTokenAlone() {
        var waiting = token().with(TokenSecretLayout.ACCESS_EXPIRES_AT, null).managing(".", "refresh_token");

        assertThat(TokenUsability.of(waiting.facts(), NOW)).isEqualTo(TokenUsability.REFRESHABLE);
    }

    @Test
    void isRefreshableWhenNobodyKnowsWhetherItCanBeRenewed() {
        var unknown = token().with(TokenSecretLayout.RENEWABLE, "perhaps");

        assertThat(TokenUsability.of(unknown.facts(), NOW)).isEqualTo(TokenUsability.REFRESHABLE);
    }

    @Test
    void isExpiredWhenNothingCanRenewIt() {
        var dead = token().with(TokenSecretLayout.RENEWABLE, "false");

        assertThat(TokenUsability.of(dead.facts(), NOW)).isEqualTo(TokenUsability.EXPIRED);
    }

    @Test
    void isFormingForAMinuteThenUnusable() {
        var pending =
                token().with(TokenSecretLayout.STATE, TokenSecretLayout.PENDING).appeared(NOW);

        assertThat(TokenUsability.of(pending.facts(), NOW.plusSeconds(59))).isEqualTo(TokenUsability.FORMING);
        assertThat(TokenUsability.of(pending.facts(), NOW.plusSeconds(60))).isEqualTo(TokenUsability.UNUSABLE);
    }

    @Test
    void isUnusableWithoutAnyCredential() {
        assertThat(TokenUsability.of(token().managing(".", "client_secret").facts(), NOW.plusSeconds(1)))
                .isEqualTo(TokenUsability.UNUSABLE);
    }

    @Test
    void isUnusableWhenTheLayoutIsNotKnown() {
        assertThat(TokenUsability.of(token().with(TokenSecretLayout.LAYOUT, "2").facts(), NOW))
                .isEqualTo(TokenUsability.UNUSABLE);
    }
}
