package dev.tokenstore.api;

import static dev.tokenstore.api.TokenSecrets.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.api.OAuthTokenStoreSpec.Cleanup;
import dev.tokenstore.api.OAuthTokenStoreSpec.Delay;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/// Whatever clients and people write into annotations, a token does not die of it.
class GarbageAnnotationsTest {
    private static final RetentionPolicy STRICT = RetentionPolicy.of(new OAuthTokenStoreSpec(
            "1s",
            "1s",
            new Cleanup(null, new Delay("0s"), new Delay("0s"), new Delay("0s"), null),
            null,
            null,
            null,
            null));

    private static final List<String> READ = List.of(
            TokenSecretLayout.LAYOUT,
            TokenSecretLayout.STATE,
            TokenSecretLayout.CREATED_AT,
            TokenSecretLayout.SAVED_AT,
            TokenSecretLayout.LAST_USED_AT,
            TokenSecretLayout.ACCESS_EXPIRES_AT,
            TokenSecretLayout.RENEWABLE,
            TokenSecretLayout.KEEP);

    private static final List<String> GARBAGE = List.of(
            "",
            " ",
            "null",
            "0",
            "-1",
            "1893456000000",
            "2020-01-01",
            "2020-01-01T00:00:00",
            "2020-13-01T00:00:00Z",
            "-2020-01-01T00:00:00Z",
            "+99999-01-01T00:00:00Z",
            "2020-01-01T00:00:00Z ",
            "1969-12-31T23:59:59Z",
            "TRUE",
            "False",
            "Pending",
            "confirmed ",
            "😀",
            "\u0000");

    private final Random random = new Random();

    @RepeatedTest(500)
    void garbageAloneNeverYieldsADeletionBeforeTheSecretItselfIsTooOld() {
        var secret = new TokenSecrets().with(TokenSecretLayout.LAYOUT, TokenSecretLayout.LAYOUT_VERSION);
        READ.stream()
                .filter(name -> !name.equals(TokenSecretLayout.LAYOUT) && !name.equals(TokenSecretLayout.KEEP))
                .forEach(name -> secret.with(name, garbage()));

        assertThat(STRICT.deletion(secret.facts()))
                .as("%s", secret.metadata())
                .hasValueSatisfying(end -> assertThat(end.reason()).isEqualTo(EndReason.TOO_OLD))
                .hasValueSatisfying(end -> assertThat(end.over())
                        .isEqualTo(Instant.parse(secret.metadata().getCreationTimestamp())
                                .plus(STRICT.maxTokenAge())));
    }

    @RepeatedTest(2000)
    void garblingAnAnnotationNeverBringsADeletionForward() {
        var secret = wellFormed();
        var before = STRICT.deletion(secret.facts());

        secret.with(READ.get(random.nextInt(READ.size())), garbage());
        var after = STRICT.deletion(secret.facts());

        after.ifPresent(end -> assertThat(before)
                .as("%s", secret.metadata())
                .hasValueSatisfying(original -> assertThat(end.deletion()).isAfterOrEqualTo(original.deletion())));
    }

    @Test
    void theStrictPolicyDoesDeleteWhatIsWellFormed() {
        assertThat(STRICT.deletion(TokenSecrets.token().facts())).isPresent();
    }

    private TokenSecrets wellFormed() {
        var secret = TokenSecrets.token()
                .appeared(NOW.minus(Duration.ofMinutes(random.nextInt(20_000))))
                .with(TokenSecretLayout.CREATED_AT, moment())
                .with(TokenSecretLayout.SAVED_AT, moment())
                .with(TokenSecretLayout.LAST_USED_AT, random.nextBoolean() ? moment() : null)
                .with(TokenSecretLayout.ACCESS_EXPIRES_AT, random.nextBoolean() ? moment() : null)
                .with(TokenSecretLayout.RENEWABLE, Boolean.toString(random.nextBoolean()))
                .with(
                        TokenSecretLayout.STATE,
                        random.nextBoolean() ? TokenSecretLayout.PENDING : TokenSecretLayout.CONFIRMED);
        return switch (random.nextInt(4)) {
            case 0 -> secret;
            case 1 -> secret.managing(".", "user_signature");
            case 2 -> secret.managing(".", "access_token");
            default -> secret.managing("access_token");
        };
    }

    private String moment() {
        return NOW.minus(Duration.ofMinutes(random.nextInt(20_000))).toString();
    }

    private String garbage() {
        return GARBAGE.get(random.nextInt(GARBAGE.size()));
    }
}
