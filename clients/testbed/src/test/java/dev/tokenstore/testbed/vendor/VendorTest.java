package dev.tokenstore.testbed.vendor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.testbed.http.HttpAnswer;
import dev.tokenstore.testbed.http.HttpCall;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;

class VendorTest {
    private Instant now = Instant.parse("2026-11-25T09:00:00Z");
    private final Vendor vendor = new Vendor("http://vendor", "700", () -> now, new Random(1));

    @Test
    void aGrantGivesARefreshTokenAndAnAccessTokenAsTheRealVendorWritesThem() {
        var reply = exchange(vendor.newGrant(Optional.empty()));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body())
                .containsOnlyKeys("access_token", "refresh_token", "scope", "api_domain", "token_type", "expires_in")
                .containsEntry("api_domain", "http://vendor")
                .containsEntry("token_type", "Bearer")
                .containsEntry("expires_in", 3600L);
        assertThat(text(reply, "access_token")).contains("fixture-secret");
        assertThat(roles(reply).status()).isEqualTo(200);
    }

    @Test
    void aGrantIsGoodOnce() {
        var grant = vendor.newGrant(Optional.empty());
        exchange(grant);

        assertRefused(exchange(grant), "invalid_code");
    }

    @Test
    void aGrantIsGoodForThreeMinutes() {
        var kept = vendor.newGrant(Optional.empty());
        var forgotten = vendor.newGrant(Optional.empty());
        pass(Duration.ofMinutes(3));
        assertThat(exchange(kept).body()).containsKey("access_token");
        pass(Duration.ofMillis(1));

        assertRefused(exchange(forgotten), "invalid_code");
    }

    @Test
    void aRefreshGivesANewAccessTokenAndNoNewRefreshToken() {
        var token = vendor.newRefreshToken(Optional.empty());

        var first = refresh(token);
        var second = refresh(token);

        assertThat(first.body()).containsKey("access_token").doesNotContainKey("refresh_token");
        assertThat(second.body().get("access_token")).isNotEqualTo(first.body().get("access_token"));
        assertThat(roles(first).status()).as("the older one is good still").isEqualTo(200);
    }

    @Test
    void aRefreshTokenThatItNeverGaveIsRefusedAsTheRealVendorDoes() {
        assertRefused(refresh("1000.fixture-secret-unknown"), "invalid_code");
    }

    @Test
    void aRefreshTokenGivesTenAccessTokensInTenMinutes() {
        var token = vendor.newRefreshToken(Optional.empty());
        refresh(token);
        pass(Duration.ofMinutes(1));
        for (int i = 1; i < 10; i++) {
            assertThat(refresh(token).status()).isEqualTo(200);
        }

        var eleventh = refresh(token);
        var another = refresh(vendor.newRefreshToken(Optional.empty()));
        pass(Duration.ofMinutes(9));
        var later = refresh(token);
        var tooSoon = refresh(token);

        assertThat(eleventh.status()).isEqualTo(400);
        assertThat(eleventh.body())
                .containsOnlyKeys("error", "error_description", "status")
                .containsEntry("error", "Access Denied");
        assertThat(another.status()).isEqualTo(200);
        assertThat(later.status()).as("ten minutes after the first, one more").isEqualTo(200);
        assertThat(tooSoon.status()).isEqualTo(400);
    }

    @Test
    void theLimitCanBeAnotherOrNone() {
        var token = vendor.newRefreshToken(Optional.empty());
        vendor.behave(new Behaviour(
                Duration.ofHours(1), Optional.empty(), Duration.ZERO, OptionalInt.of(1), Optional.empty()));
        assertThat(refresh(token).status()).isEqualTo(200);
        assertThat(refresh(token).status()).isEqualTo(400);
        vendor.behave(new Behaviour(
                Duration.ofHours(1), Optional.empty(), Duration.ZERO, OptionalInt.empty(), Optional.empty()));

        for (int i = 0; i < 30; i++) {
            assertThat(refresh(token).status()).isEqualTo(200);
        }
    }

    @Test
    void anAccessTokenEndsAfterItsTime() {
        vendor.behave(new Behaviour(
                Duration.ofSeconds(7), Optional.empty(), Duration.ZERO, OptionalInt.empty(), Optional.empty()));
        var reply = refresh(vendor.newRefreshToken(Optional.empty()));
        assertThat(reply.body()).containsEntry("expires_in", 7L);
        pass(Duration.ofMillis(6_999));
        assertThat(roles(reply).status()).isEqualTo(200);
        pass(Duration.ofMillis(1));

        assertInvalidToken(roles(reply));
        assertThat(vendor.record()).containsEntry("lastApiToken", "expired").containsEntry("apiCalls", 2);
    }

    @Test
    void allAccessTokensCanBeEndedAtOnceAndThoseThatFollowAreGood() {
        var token = vendor.newRefreshToken(Optional.empty());
        var before = refresh(token);
        vendor.expireAccessTokens();

        assertInvalidToken(roles(before));
        assertThat(vendor.record()).containsEntry("lastApiToken", "expired");
        assertThat(roles(refresh(token)).status()).isEqualTo(200);
        assertThat(vendor.record()).containsEntry("lastApiToken", "valid");
    }

    @Test
    void aCallWithATokenThatItNeverGaveIsRefused() {
        assertInvalidToken(get("/crm/v8/org", "1000.fixture-secret-unknown"));

        assertThat(vendor.record()).containsEntry("lastApiToken", "unknown");
    }

    @Test
    void everyTokenRequestIsRefusedWhenItIsToldToRefuse() {
        var grant = vendor.newGrant(Optional.empty());
        vendor.behave(new Behaviour(
                Duration.ofHours(1),
                Optional.of("invalid_client"),
                Duration.ZERO,
                OptionalInt.empty(),
                Optional.empty()));

        assertRefused(exchange(grant), "invalid_client");

        vendor.behave(Behaviour.USUAL);
        assertThat(exchange(grant).body()).as("it was not used up").containsKey("access_token");
    }

    @Test
    void aClientMustNameItself() {
        var token = vendor.newRefreshToken(Optional.empty());

        assertRefused(
                tokenRequest(Map.of("grant_type", "refresh_token", "refresh_token", token, "client_secret", "x")),
                "invalid_client");
        assertRefused(
                tokenRequest(Map.of("grant_type", "refresh_token", "refresh_token", token, "client_id", "x")),
                "invalid_client_secret");
    }

    @Test
    void aRevokedRefreshTokenIsOverAndSoIsWhatItGave() {
        var token = vendor.newRefreshToken(Optional.empty());
        var reply = refresh(token);

        assertThat(revoke(token).body()).isEqualTo(Map.of("status", "success"));

        assertRefused(refresh(token), "invalid_code");
        assertInvalidToken(roles(reply));
        assertThat(revoke(token).body()).isEqualTo(Map.of("error", "invalid_code"));
    }

    @Test
    void everyTokenBelongsToAUser() {
        var grant = exchange(vendor.newGrant(Optional.of("bob")));
        var bobs = refresh(text(grant, "refresh_token"));
        var first = refresh(vendor.newRefreshToken(Optional.empty()));
        var second = refresh(vendor.newRefreshToken(Optional.empty()));

        assertThat(List.of(emailOf(grant), emailOf(bobs), emailOf(first), emailOf(second)))
                .containsExactly("bob@example.com", "bob@example.com", "user1@example.com", "user2@example.com");
    }

    @Test
    void itsRecordTellsRequestsAndOutcomesButNoToken() {
        var reply = exchange(vendor.newGrant(Optional.empty()));
        refresh("1000.fixture-secret-unknown");
        roles(reply);

        assertThat(vendor.record())
                .containsEntry(
                        "tokenRequests",
                        List.of(
                                Map.of("grantType", "authorization_code", "outcome", "issued"),
                                Map.of("grantType", "refresh_token", "outcome", "invalid_code")))
                .containsEntry("apiCalls", 1)
                .containsEntry("lastApiToken", "valid");
        assertThat(vendor.record().toString()).doesNotContain("1000.");
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    private HttpAnswer exchange(String grant) {
        return tokenRequest(Map.of(
                "grant_type",
                "authorization_code",
                "code",
                grant,
                "client_id",
                "C",
                "client_secret",
                "fixture-secret"));
    }

    private HttpAnswer refresh(String token) {
        return tokenRequest(Map.of(
                "grant_type",
                "refresh_token",
                "refresh_token",
                token,
                "client_id",
                "C",
                "client_secret",
                "fixture-secret"));
    }

    private HttpAnswer tokenRequest(Map<String, String> parameters) {
        return vendor.answer(new HttpCall("POST", "/oauth/v2/token", parameters, Optional.empty(), new byte[0]));
    }

    private HttpAnswer revoke(String token) {
        var call =
                new HttpCall("POST", "/oauth/v2/token/revoke", Map.of("token", token), Optional.empty(), new byte[0]);
        return vendor.answer(call);
    }

    private HttpAnswer roles(HttpAnswer tokens) {
        return get("/crm/v8/settings/roles", text(tokens, "access_token"));
    }

    private HttpAnswer get(String path, String accessToken) {
        return vendor.answer(
                new HttpCall("GET", path, Map.of(), Optional.of("Zoho-oauthtoken " + accessToken), new byte[0]));
    }

    private String emailOf(HttpAnswer tokens) {
        var users = (List<?>) field(get("/crm/v8/users", text(tokens, "access_token")), "users");
        return String.valueOf(((Map<?, ?>) users.getFirst()).get("email"));
    }

    private static String text(HttpAnswer answer, String field) {
        return field(answer, field).toString();
    }

    private static Object field(HttpAnswer answer, String field) {
        return Objects.requireNonNull(answer.body().get(field));
    }

    private static void assertRefused(HttpAnswer reply, String error) {
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body()).isEqualTo(Map.of("error", error));
    }

    private static void assertInvalidToken(HttpAnswer reply) {
        assertThat(reply.status()).isEqualTo(401);
        assertThat(reply.body())
                .isEqualTo(Map.of(
                        "code", "INVALID_TOKEN",
                        "details", Map.of(),
                        "message", "invalid oauth token",
                        "status", "error"));
    }
}
