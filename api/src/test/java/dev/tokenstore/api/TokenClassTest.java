package dev.tokenstore.api;

import static dev.tokenstore.api.TokenSecrets.NOW;
import static dev.tokenstore.api.TokenSecrets.token;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenClassTest {
    @Test
    void isValidUntilTheAccessTokenExpires() {
        assertThat(TokenClass.of(token().facts(), NOW.minusMillis(1))).isEqualTo(TokenClass.VALID);
    }

    @Test
    void isValidWhenTheExpiryIsNotKnown() {
        var unknown =
                token().with(TokenSecretLayout.ACCESS_EXPIRES_AT, null).with(TokenSecretLayout.RENEWABLE, "false");

        assertThat(TokenClass.of(unknown.facts(), NOW)).isEqualTo(TokenClass.VALID);
    }

    @Test
    void isRefreshableWhenTheAccessTokenExpiredAndSomethingCanRenewIt() {
        assertThat(TokenClass.of(token().facts(), NOW)).isEqualTo(TokenClass.REFRESHABLE);
    }

    @Test
    void isRefreshableWhenItHoldsARefreshTokenAlone() {
        var waiting = token().with(TokenSecretLayout.ACCESS_EXPIRES_AT, null).managing(".", "refresh_token");

        assertThat(TokenClass.of(waiting.facts(), NOW)).isEqualTo(TokenClass.REFRESHABLE);
    }

    @Test
    void isRefreshableWhenNobodyKnowsWhetherItCanBeRenewed() {
        var unknown = token().with(TokenSecretLayout.RENEWABLE, "perhaps");

        assertThat(TokenClass.of(unknown.facts(), NOW)).isEqualTo(TokenClass.REFRESHABLE);
    }

    @Test
    void isExpiredWhenNothingCanRenewIt() {
        var dead = token().with(TokenSecretLayout.RENEWABLE, "false");

        assertThat(TokenClass.of(dead.facts(), NOW)).isEqualTo(TokenClass.EXPIRED);
    }

    @Test
    void isFormingForAMinuteThenUnusable() {
        var pending =
                token().with(TokenSecretLayout.STATE, TokenSecretLayout.PENDING).appeared(NOW);

        assertThat(TokenClass.of(pending.facts(), NOW.plusSeconds(59))).isEqualTo(TokenClass.FORMING);
        assertThat(TokenClass.of(pending.facts(), NOW.plusSeconds(60))).isEqualTo(TokenClass.UNUSABLE);
    }

    @Test
    void isUnusableWithoutAnyCredential() {
        assertThat(TokenClass.of(token().managing(".", "client_secret").facts(), NOW.plusSeconds(1)))
                .isEqualTo(TokenClass.UNUSABLE);
    }

    @Test
    void isUnusableWhenTheLayoutIsNotKnown() {
        assertThat(TokenClass.of(token().with(TokenSecretLayout.LAYOUT, "2").facts(), NOW))
                .isEqualTo(TokenClass.UNUSABLE);
    }
}
