package dev.tokenstore.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class TokenRecordTest {
    private static final String SECRET = "fixture-secret-of-the-token";

    @Test
    void printsItsFieldsAndNoneOfTheirValues() {
        var token = TokenRecord.builder();
        for (var field : TokenRecord.Field.values()) {
            token.set(field, SECRET);
        }

        assertThat(token.build().toString())
                .contains("REFRESH_TOKEN", "USER_SIGNATURE")
                .doesNotContain(SECRET);
    }

    @Test
    void countsAnEmptyValueAsAbsent() {
        var token = TokenRecord.builder().accessToken("").clientId(null).build();

        assertThat(token.accessToken()).isEmpty();
        assertThat(token.clientId()).isEmpty();
        assertThat(token.given()).containsOnlyKeys(TokenRecord.Field.ACCESS_TOKEN);
    }

    @Test
    void isNotChangedThroughItsBuilder() {
        var builder = TokenRecord.builder().id("1");
        var token = builder.build();
        builder.id("2");

        assertThat(token.id()).contains("1");
    }

    @Test
    void isEqualToItsCopyAndToNoOther() {
        var token = TokenRecord.builder()
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
