package dev.tokenstore.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class TokenTest {
    private static final String SECRET = "fixture-secret-of-the-token";

    @Test
    void namesItsFieldsAndNoneOfTheirValues() {
        var token = Token.builder();
        for (var field : Token.Field.values()) {
            token.set(field, SECRET);
        }

        assertThat(token.build().toString())
                .contains("REFRESH_TOKEN", "USER_SIGNATURE")
                .doesNotContain(SECRET);
    }

    @Test
    void takesAnEmptyValueForAbsent() {
        var token = Token.builder().accessToken("").clientId(null).build();

        assertThat(token.accessToken()).isEmpty();
        assertThat(token.clientId()).isEmpty();
        assertThat(token.given()).containsOnlyKeys(Token.Field.ACCESS_TOKEN);
    }

    @Test
    void keepsWhatItsBuilderIsGivenLater() {
        var builder = Token.builder().id("1");
        var token = builder.build();
        builder.id("2");

        assertThat(token.id()).contains("1");
    }

    @Test
    void isEqualToItsCopyAndToNoOther() {
        var token = Token.builder()
                .id("1")
                .accessToken(SECRET)
                .stored("7", null, Instant.EPOCH, Instant.EPOCH)
                .build();

        assertThat(token.toBuilder().build()).isEqualTo(token).hasSameHashCodeAs(token);
        assertThat(token.toBuilder().accessToken("fixture-secret-other").build())
                .isNotEqualTo(token);
        assertThat(token.toBuilder()
                        .stored("8", null, Instant.EPOCH, Instant.EPOCH)
                        .build())
                .isNotEqualTo(token);
    }
}
