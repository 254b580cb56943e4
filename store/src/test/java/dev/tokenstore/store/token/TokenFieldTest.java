package dev.tokenstore.store.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TokenFieldTest {
    /// The keys are Secrets' data keys and columns of files: they never change.
    @Test
    void keysAreThoseOfTheApi() {
        assertThat(Stream.of(TokenField.values()).map(TokenField::key))
                .containsExactly(
                        "id",
                        "user_signature",
                        "client_id",
                        "client_secret",
                        "redirect_url",
                        "grant_token",
                        "refresh_token",
                        "access_token",
                        "api_domain",
                        "expires_in");
    }

    @Test
    void limitsAreCountedInBytesOfUtf8() {
        for (var field : TokenField.values()) {
            if (field == TokenField.EXPIRES_IN) {
                continue;
            }
            var limit = field == TokenField.ID ? 1024 : 16_384;
            assertThatCode(() -> field.check("é".repeat(limit / 2))).doesNotThrowAnyException();
            assertThatCode(() -> field.check("x".repeat(limit))).doesNotThrowAnyException();
            assertThatThrownBy(() -> field.check("é".repeat(limit / 2) + "x"))
                    .isInstanceOf(InvalidTokenException.class)
                    .hasMessageStartingWith(field.key() + " is too long")
                    .hasMessageContaining(limit + " bytes");
        }
    }

    @Test
    void anExpiryHasOneToEighteenAsciiDigits() {
        assertThatCode(() -> TokenField.EXPIRES_IN.check("0")).doesNotThrowAnyException();
        assertThatCode(() -> TokenField.EXPIRES_IN.check("9".repeat(18))).doesNotThrowAnyException();
        for (var bad : new String[] {"", "9".repeat(19), "1 ", "1\n", "-1", "١"}) {
            assertThatThrownBy(() -> TokenField.EXPIRES_IN.check(bad))
                    .isInstanceOf(InvalidTokenException.class)
                    .hasMessageStartingWith("expires_in is malformed");
        }
    }
}
