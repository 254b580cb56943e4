package dev.tokenstore.store.token;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.API_DOMAIN;
import static dev.tokenstore.store.token.TokenField.EXPIRES_IN;
import static dev.tokenstore.store.token.TokenField.GRANT_TOKEN;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TokenFieldsTest {
    private static final TokenFields STORED = TokenFields.of(Map.of(
            ID, "1",
            USER_SIGNATURE, "alice",
            REFRESH_TOKEN, "fixture-secret-refresh",
            ACCESS_TOKEN, "fixture-secret-access"));

    @Test
    void anEmptyFieldIsAbsentButMentioned() {
        var fields = TokenFields.of(Map.of(USER_SIGNATURE, "", EXPIRES_IN, ""));

        assertThat(fields.get(USER_SIGNATURE)).isEmpty();
        assertThat(fields.has(USER_SIGNATURE)).isFalse();
        assertThat(fields.hasAny(USER_SIGNATURE, EXPIRES_IN)).isFalse();
        assertThat(fields.isMentioned(USER_SIGNATURE)).isTrue();
        assertThat(fields.isMentioned(ID)).isFalse();
        assertThat(fields).isEqualTo(TokenFields.NONE).hasSameHashCodeAs(TokenFields.NONE);
        assertThat(TokenFields.NONE.with(USER_SIGNATURE, "").isMentioned(USER_SIGNATURE))
                .isTrue();
    }

    @Test
    void givenFieldsReplaceAbsentAndEmptyOnesDoNotAndTheIdStays() {
        var given = TokenFields.of(
                Map.of(ID, "2", ACCESS_TOKEN, "fixture-secret-new", USER_SIGNATURE, "", API_DOMAIN, "D"));

        assertThat(STORED.mergedWith(given))
                .isEqualTo(STORED.with(ACCESS_TOKEN, "fixture-secret-new").with(API_DOMAIN, "D"));
        assertThat(TokenFields.NONE.mergedWith(given).get(ID)).hasValue(new SecretValue("2"));
        assertThat(TokenFields.NONE.mergedWith(given).isMentioned(USER_SIGNATURE))
                .isFalse();
    }

    @Test
    void withLeavesTheOriginalAsItWas() {
        var changed = STORED.with(ACCESS_TOKEN, "fixture-secret-new");

        assertThat(STORED.get(ACCESS_TOKEN)).hasValue(new SecretValue("fixture-secret-access"));
        assertThat(changed).isNotEqualTo(STORED);
    }

    @Test
    void agreesOnlyOnTheSamePresentValue() {
        assertThat(STORED.agreesOn(USER_SIGNATURE, TokenFields.NONE.with(USER_SIGNATURE, "alice")))
                .isTrue();
        assertThat(STORED.agreesOn(USER_SIGNATURE, TokenFields.NONE.with(USER_SIGNATURE, "Alice")))
                .isFalse();
        assertThat(STORED.agreesOn(GRANT_TOKEN, TokenFields.NONE)).isFalse();
        assertThat(TokenFields.NONE.with(GRANT_TOKEN, "").agreesOn(GRANT_TOKEN, TokenFields.NONE.with(GRANT_TOKEN, "")))
                .isFalse();
    }

    @Test
    void knowsWhatGivesAccessAndWhatRenewsIt() {
        assertThat(TokenFields.NONE.with(ACCESS_TOKEN, "fixture-secret-a").hasCredential())
                .isTrue();
        assertThat(TokenFields.NONE.with(ACCESS_TOKEN, "fixture-secret-a").isRenewable())
                .isFalse();
        assertThat(TokenFields.NONE.with(GRANT_TOKEN, "fixture-secret-g").isRenewable())
                .isTrue();
        assertThat(TokenFields.NONE.with(REFRESH_TOKEN, "").hasCredential()).isFalse();
        assertThat(TokenFields.NONE.with(USER_SIGNATURE, "alice").hasCredential())
                .isFalse();
    }

    @Test
    void theExpiryIsTheMomentInEpochMilliseconds() {
        assertThat(TokenFields.NONE.expiry()).isEmpty();
        assertThat(TokenFields.NONE.with(EXPIRES_IN, "").expiry()).isEmpty();
        assertThat(TokenFields.NONE.with(EXPIRES_IN, "0001500").expiry()).hasValue(Instant.ofEpochMilli(1500));
        assertThat(TokenFields.NONE.with(EXPIRES_IN, "9".repeat(18)).expiry())
                .hasValue(Instant.ofEpochMilli(999_999_999_999_999_999L));
    }

    @Test
    void presentFieldsComeInTheirOrder() {
        var order = new ArrayList<TokenField>();
        STORED.with(API_DOMAIN, "").forEachPresent((field, value) -> order.add(field));

        assertThat(order).containsExactly(ID, USER_SIGNATURE, REFRESH_TOKEN, ACCESS_TOKEN);
    }

    @Test
    void printsNamesAndNoValue() {
        assertThat(STORED).hasToString("TokenFields[ID, USER_SIGNATURE, REFRESH_TOKEN, ACCESS_TOKEN]");
        assertThat(new SecretValue("fixture-secret-x")).hasToString("<redacted>");
        assertThat(List.of(new SecretValue("fixture-secret-x"))).hasToString("[<redacted>]");
    }

    @Test
    void theFirstBadFieldIsNamedAndNoValueShown() {
        var bad =
                Map.of(ID, "i".repeat(1025), ACCESS_TOKEN, "fixture-secret-" + "x".repeat(16_384), EXPIRES_IN, "soon");

        assertThatThrownBy(() -> TokenFields.of(bad))
                .isInstanceOf(InvalidTokenException.class)
                .hasMessage("id is too long: at most 1024 bytes of UTF-8 are stored; shorten it");
        assertThatThrownBy(() -> STORED.with(EXPIRES_IN, "soon"))
                .isInstanceOf(InvalidTokenException.class)
                .hasMessageStartingWith("expires_in is malformed")
                .hasMessageNotContaining("soon");
        assertThatThrownBy(() -> STORED.with(USER_SIGNATURE, "alice\uD83D"))
                .isInstanceOf(InvalidTokenException.class)
                .hasMessageStartingWith("user_signature is malformed")
                .hasMessageNotContaining("alice");
    }
}
