package dev.tokenstore.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.proto.v1.Claim;
import dev.tokenstore.proto.v1.FindTokenByIdRequest;
import dev.tokenstore.proto.v1.FindTokenByIdResponse;
import dev.tokenstore.proto.v1.FindTokenRequest;
import dev.tokenstore.proto.v1.FindTokenResponse;
import dev.tokenstore.proto.v1.RefreshAction;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.SaveTokenResponse;
import dev.tokenstore.proto.v1.Token;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What an adapter does so that of all processes one refreshes.
class SdkTokenStoreTest {
    private static final Token ROW = Token.newBuilder()
            .setId("1")
            .setAccessToken("fixture-secret-access")
            .setRefreshToken("fixture-secret-refresh")
            .setExpiresIn("1700000000000")
            .build();
    private static final Claim CLAIM =
            Claim.newBuilder().setNonce("nonce").setVersion("3").build();

    private final ScriptedSidecar sidecar = new ScriptedSidecar(0);
    private final TokenStoreClient client = TokenStoreClient.connect("127.0.0.1:" + sidecar.port());
    private final SdkTokenStore<Map<TokenRecord.Field, String>, Exception> store =
            new SdkTokenStore<>(client, new FieldTokens());

    @AfterEach
    void close() {
        client.close();
        sidecar.close();
    }

    @Test
    void makesTheSdkRefreshAndAnswersTheClaimWithItsSave() throws Exception {
        sidecar.answers(() -> claimed()).answers(() -> saved());

        var token = store.findTokenById("1");
        assertThat(token).containsEntry(TokenRecord.Field.EXPIRES_IN, "1");
        token.put(TokenRecord.Field.ACCESS_TOKEN, "fixture-secret-refreshed");
        token.put(TokenRecord.Field.EXPIRES_IN, "1900000000000");
        store.saveToken(token);

        assertThat(find(0).getWillRefresh()).isTrue();
        assertThat(find(0).getMinValidFor().getSeconds()).isEqualTo(6);
        var save = (SaveTokenRequest) sidecar.requests().get(1);
        assertThat(save.getClaim()).isEqualTo(CLAIM);
        assertThat(save.getToken().getExpiresIn()).isEqualTo("1900000000000");
    }

    @Test
    void neverStoresTheExpiryThatMakesTheSdkRefresh() throws Exception {
        sidecar.answers(() -> claimed()).answers(() -> saved());

        store.saveToken(store.findTokenById("1"));

        assertThat(((SaveTokenRequest) sidecar.requests().get(1)).getToken().hasExpiresIn())
                .isFalse();
    }

    @Test
    void aFindAfterARefreshThatWasNotSavedGivesTheClaimBackOnce() throws Exception {
        sidecar.answers(() -> claimed()).answers(() -> found());

        store.findTokenById("1");
        store.findTokenById("1");
        store.findTokenById("1");

        assertThat(find(1).getAbandonedClaim()).isEqualTo("nonce");
        assertThat(find(2).hasAbandonedClaim()).isFalse();
    }

    @Test
    void aSaveOfAnotherTokenDoesNotAnswerTheClaim() throws Exception {
        sidecar.answers(() -> claimed()).answers(() -> saved()).answers(() -> found());

        store.findTokenById("1");
        store.saveToken(new EnumMap<>(Map.of(TokenRecord.Field.REFRESH_TOKEN, "fixture-secret-another")));
        store.findTokenById("1");

        assertThat(((SaveTokenRequest) sidecar.requests().get(1)).hasClaim()).isFalse();
        assertThat(find(2).getAbandonedClaim()).isEqualTo("nonce");
    }

    @Test
    void fillsTheCallersTokenUnlessItHasAnotherAccessToken() throws Exception {
        sidecar.answers(() -> FindTokenResponse.newBuilder()
                .setToken(ROW)
                .setRefresh(RefreshAction.REFRESH_NOW)
                .setClaim(CLAIM)
                .build());
        var own = new EnumMap<>(Map.of(
                TokenRecord.Field.USER_SIGNATURE, "alice",
                TokenRecord.Field.ACCESS_TOKEN, "fixture-secret-own",
                TokenRecord.Field.EXPIRES_IN, "1800000000000"));
        var empty = new EnumMap<>(Map.of(TokenRecord.Field.USER_SIGNATURE, "alice"));

        store.findToken(own);
        store.findToken(empty);

        assertThat(own).containsEntry(TokenRecord.Field.EXPIRES_IN, "1800000000000");
        assertThat(empty).containsEntry(TokenRecord.Field.EXPIRES_IN, "1");
    }

    @Test
    void aLookupByIdAloneAndAStoreWithoutCoordinationDoNotSayThatTheyRefresh() throws Exception {
        sidecar.answers(() -> FindTokenResponse.newBuilder().setToken(ROW).build())
                .answers(() -> found());

        store.findToken(new EnumMap<>(Map.of(TokenRecord.Field.ID, "1")));
        new SdkTokenStore<>(client, new FieldTokens(), false).findTokenById("1");

        assertThat(((FindTokenRequest) sidecar.requests().get(0)).hasWillRefresh())
                .isFalse();
        assertThat(find(1).hasWillRefresh()).isFalse();
    }

    private FindTokenByIdRequest find(int number) {
        return (FindTokenByIdRequest) sidecar.requests().get(number);
    }

    private static FindTokenByIdResponse found() {
        return FindTokenByIdResponse.newBuilder().setToken(ROW).build();
    }

    private static FindTokenByIdResponse claimed() {
        return found().toBuilder()
                .setRefresh(RefreshAction.REFRESH_NOW)
                .setClaim(CLAIM)
                .build();
    }

    private static SaveTokenResponse saved() {
        return SaveTokenResponse.newBuilder().setToken(ROW).build();
    }

    /// An SDK whose tokens are maps.
    private static final class FieldTokens implements SdkTokens<Map<TokenRecord.Field, String>, Exception> {
        @Override
        public Map<TokenRecord.Field, String> create() {
            return new EnumMap<>(TokenRecord.Field.class);
        }

        @Override
        public @Nullable String get(Map<TokenRecord.Field, String> token, TokenRecord.Field field) {
            return token.get(field);
        }

        @Override
        public void set(Map<TokenRecord.Field, String> token, TokenRecord.Field field, String value) {
            token.put(field, value);
        }

        @Override
        public Exception failure(String message, Exception cause) {
            return new Exception(message, cause);
        }
    }
}
