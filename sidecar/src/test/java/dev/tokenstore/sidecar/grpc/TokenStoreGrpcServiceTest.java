package dev.tokenstore.sidecar.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Timestamp;
import dev.tokenstore.proto.v1.DeleteTokenRequest;
import dev.tokenstore.proto.v1.DeleteTokensRequest;
import dev.tokenstore.proto.v1.FindTokenByIdRequest;
import dev.tokenstore.proto.v1.FindTokenRequest;
import dev.tokenstore.proto.v1.GetTokensRequest;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.Token;
import java.util.ArrayList;
import java.util.function.BiFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class TokenStoreGrpcServiceTest {
    private static final String SECRET = "fixture-secret-";
    private static final Token ALICE = Token.newBuilder()
            .setUserSignature(SECRET + "alice")
            .setClientId(SECRET + "client")
            .setClientSecret(SECRET + "client-secret")
            .setRedirectUrl(SECRET + "url")
            .setGrantToken(SECRET + "grant")
            .setRefreshToken(SECRET + "refresh")
            .setAccessToken(SECRET + "access")
            .setApiDomain(SECRET + "domain")
            .setExpiresIn("1900000000123")
            .build();

    private final ServedStore served = new ServedStore();

    @AfterEach
    void close() {
        served.close();
    }

    @Test
    void returnsTheWholeStoredTokenOnASave() {
        var saved = save(ALICE);

        assertThat(saved.getId()).isNotEmpty();
        assertThat(givenFieldsOf(saved)).isEqualTo(ALICE);
        assertThat(saved.getVersion()).isNotEmpty();
        assertThat(saved.hasCreateTime()).isTrue();
        assertThat(saved.getUpdateTime()).isEqualTo(saved.getCreateTime());
        assertThat(saved.getExpireTime())
                .isEqualTo(Timestamp.newBuilder()
                        .setSeconds(1_900_000_000)
                        .setNanos(123_000_000)
                        .build());
        assertThat(find(Token.newBuilder().setId(saved.getId()))).isEqualTo(saved);
        assertThat(byId(saved.getId())).isEqualTo(saved);
    }

    @Test
    void leavesUnsetWhatIsNotStored() {
        var saved = save(Token.newBuilder()
                .setAccessToken(SECRET + "access")
                .setRedirectUrl("")
                .build());

        assertThat(saved.hasRedirectUrl()).isFalse();
        assertThat(saved.hasUserSignature()).isFalse();
        assertThat(saved.hasExpiresIn()).isFalse();
        assertThat(saved.hasExpireTime()).isFalse();
    }

    @Test
    void leavesOutAnExpireTimeThatATimestampCannotHold() {
        var saved = save(ALICE.toBuilder().setExpiresIn("999999999999999999").build());

        assertThat(saved.getExpiresIn()).isEqualTo("999999999999999999");
        assertThat(saved.hasExpireTime()).isFalse();
    }

    @Test
    void ignoresOutputOnlyFields() {
        var saved = save(ALICE.toBuilder()
                .setVersion("mine")
                .setCreateTime(Timestamp.newBuilder().setSeconds(1))
                .setUpdateTime(Timestamp.newBuilder().setSeconds(1))
                .setExpireTime(Timestamp.newBuilder().setSeconds(1))
                .build());

        assertThat(saved.getVersion()).isNotEqualTo("mine");
        assertThat(saved.getCreateTime().getSeconds()).isGreaterThan(1);
        assertThat(saved.getExpireTime().getSeconds()).isEqualTo(1_900_000_000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                SECRET + "o'brien \"quoted\"",
                SECRET + "a,b;c",
                SECRET + "line\nline\r\nline",
                SECRET + "é🔑",
                SECRET + "\u0000 and on",
                " " + SECRET + " "
            })
    void keepsValuesByteForByte(String value) {
        var token = Token.newBuilder()
                .setUserSignature(value)
                .setRefreshToken(value)
                .setApiDomain(value)
                .build();

        var saved = save(token);

        assertThat(givenFieldsOf(byId(saved.getId()))).isEqualTo(token);
        assertThat(find(Token.newBuilder().setUserSignature(value))).isEqualTo(saved);
    }

    @Test
    void keepsLongValues() {
        var value = SECRET + "x".repeat(2_000);

        assertThat(save(ALICE.toBuilder().setAccessToken(value).build()).getAccessToken())
                .isEqualTo(value);
    }

    @Test
    void answersAMissWithoutAToken() {
        var response = served.client()
                .findToken(FindTokenRequest.newBuilder()
                        .setToken(Token.newBuilder().setUserSignature(SECRET + "nobody"))
                        .build());

        assertThat(response.hasToken()).isFalse();
        assertThat(served.client()
                        .findToken(FindTokenRequest.getDefaultInstance())
                        .hasToken())
                .isFalse();
    }

    @Test
    void missesAUserThatIsGivenButEmptyAndFindsWithoutOne() {
        save(ALICE);
        var byRefreshToken = Token.newBuilder()
                .setRefreshToken(ALICE.getRefreshToken())
                .setClientId(ALICE.getClientId())
                .setClientSecret(ALICE.getClientSecret());

        assertThat(find(byRefreshToken).getUserSignature()).isEqualTo(ALICE.getUserSignature());
        assertThat(find(byRefreshToken.clone().setUserSignature(""))).isEqualTo(Token.getDefaultInstance());
    }

    @Test
    void reportsAnUnknownIdAsNotFound() {
        var failure = Failure.of(() -> byId(SECRET + "unknown"));

        assertThat(failure.status()).isEqualTo("NOT_FOUND");
        assertThat(failure.reason()).isEqualTo("TOKEN_NOT_FOUND");
        assertThat(failure.message()).doesNotContain(SECRET);
    }

    @ParameterizedTest
    @MethodSource("invalidCalls")
    void refusesInvalidValuesNamingTheField(String field, BiFunction<ServedStore, String, Object> call) {
        var failure = Failure.of(() -> call.apply(served, SECRET));

        assertThat(failure.status()).isEqualTo("INVALID_ARGUMENT");
        assertThat(failure.reason()).isEqualTo("INVALID_TOKEN");
        assertThat(failure.message()).contains(field).doesNotContain(SECRET);
    }

    private static Object[][] invalidCalls() {
        BiFunction<ServedStore, String, Object> withoutId =
                (served, secret) -> served.client().findTokenById(FindTokenByIdRequest.getDefaultInstance());
        BiFunction<ServedStore, String, Object> deleteWithoutId =
                (served, secret) -> served.client().deleteToken(DeleteTokenRequest.getDefaultInstance());
        BiFunction<ServedStore, String, Object> nothingToStore =
                (served, secret) -> save(served, Token.newBuilder().setUserSignature(secret));
        BiFunction<ServedStore, String, Object> malformedExpiry = (served, secret) ->
                save(served, Token.newBuilder().setAccessToken(secret).setExpiresIn(secret));
        BiFunction<ServedStore, String, Object> tooLong =
                (served, secret) -> save(served, Token.newBuilder().setAccessToken(secret.repeat(1_200)));
        BiFunction<ServedStore, String, Object> negativePage = (served, secret) -> served.client()
                .getTokens(GetTokensRequest.newBuilder().setPageSize(-1).build());
        return new Object[][] {
            {"id", withoutId},
            {"id", deleteWithoutId},
            {"refresh_token", nothingToStore},
            {"expires_in", malformedExpiry},
            {"access_token", tooLong},
            {"page_size", negativePage},
        };
    }

    @Test
    void savesOnlyAtTheExpectedVersionAndTellsTheCurrentOne() {
        var saved = save(ALICE);
        var next = SaveTokenRequest.newBuilder()
                .setToken(Token.newBuilder().setId(saved.getId()).setAccessToken(SECRET + "next"));

        var stored = served.client()
                .saveToken(next.setExpectedVersion(saved.getVersion()).build())
                .getToken();
        var failure = Failure.of(() -> served.client().saveToken(next.build()));

        assertThat(stored.getAccessToken()).isEqualTo(SECRET + "next");
        assertThat(stored.getVersion()).isNotEqualTo(saved.getVersion());
        assertThat(failure.status()).isEqualTo("ABORTED");
        assertThat(failure.reason()).isEqualTo("VERSION_CONFLICT");
        assertThat(failure.info().getMetadataMap()).containsEntry("current_version", stored.getVersion());
    }

    @Test
    void expectsNoVersionWhereNoneOrAnEmptyOneIsGiven() {
        var request = SaveTokenRequest.newBuilder().setExpectedVersion("");

        var created = served.client().saveToken(request.setToken(ALICE).build()).getToken();
        var next = Token.newBuilder().setId(created.getId());
        var withEmpty = served.client()
                .saveToken(request.setToken(next.setAccessToken(SECRET + "2")).build())
                .getToken();
        var withNone = served.client()
                .saveToken(request.clearExpectedVersion()
                        .setToken(next.setAccessToken(SECRET + "3"))
                        .build())
                .getToken();

        assertThat(withEmpty.getAccessToken()).isEqualTo(SECRET + "2");
        assertThat(withNone.getAccessToken()).isEqualTo(SECRET + "3");
        assertThat(withNone.getId()).isEqualTo(created.getId());
        assertThat(find(next.clearAccessToken())).isEqualTo(withNone);
    }

    @Test
    void tellsAnEmptyCurrentVersionWhereThereIsNoToken() {
        var failure = Failure.of(() -> served.client()
                .saveToken(SaveTokenRequest.newBuilder()
                        .setToken(ALICE)
                        .setExpectedVersion("7")
                        .build()));

        assertThat(failure.reason()).isEqualTo("VERSION_CONFLICT");
        assertThat(failure.info().getMetadataMap()).containsEntry("current_version", "");
    }

    @Test
    void neverRevivesADeletedToken() {
        var saved = save(ALICE);
        served.client()
                .deleteToken(
                        DeleteTokenRequest.newBuilder().setId(saved.getId()).build());

        var failure = Failure.of(() -> save(saved));

        assertThat(failure.status()).isEqualTo("FAILED_PRECONDITION");
        assertThat(failure.reason()).isEqualTo("TOKEN_DELETED");
        assertThat(failure.message()).doesNotContain(SECRET).doesNotContain(saved.getId());
    }

    @Test
    void deletesWhatIsNotThereWithoutAnError() {
        served.client()
                .deleteToken(DeleteTokenRequest.newBuilder().setId(SECRET + "x").build());

        assertThat(served.client()
                        .deleteTokens(DeleteTokensRequest.getDefaultInstance())
                        .getDeletedCount())
                .isZero();
    }

    @Test
    void listsInPagesAndCountsWhatItDeletes() {
        for (var i = 0; i < 7; i++) {
            save(Token.newBuilder()
                    .setUserSignature(SECRET + i)
                    .setAccessToken(SECRET + i)
                    .build());
        }

        var users = new ArrayList<String>();
        var request = GetTokensRequest.newBuilder().setPageSize(3);
        do {
            var page = served.client().getTokens(request.build());
            assertThat(page.getTokensCount()).isLessThanOrEqualTo(3);
            page.getTokensList().forEach(token -> users.add(token.getUserSignature()));
            request.setPageToken(page.getNextPageToken());
        } while (!request.getPageToken().isEmpty());

        assertThat(users).hasSize(7).doesNotHaveDuplicates();
        assertThat(served.client()
                        .deleteTokens(DeleteTokensRequest.getDefaultInstance())
                        .getDeletedCount())
                .isEqualTo(7);
        assertThat(served.client()
                        .getTokens(GetTokensRequest.getDefaultInstance())
                        .getTokensList())
                .isEmpty();
    }

    @Test
    void endsAPageBeforeItGrowsBeyondWhatClientsAccept() {
        var long16k = SECRET + "y".repeat(16 * 1024 - SECRET.length());
        for (var i = 0; i < 60; i++) {
            save(Token.newBuilder()
                    .setUserSignature(SECRET + i)
                    .setAccessToken(SECRET + i)
                    .setApiDomain(long16k)
                    .setRedirectUrl(long16k)
                    .setClientSecret(long16k)
                    .build());
        }

        var first = served.client()
                .getTokens(GetTokensRequest.newBuilder().setPageSize(1000).build());
        var second = served.client()
                .getTokens(GetTokensRequest.newBuilder()
                        .setPageSize(1000)
                        .setPageToken(first.getNextPageToken())
                        .build());

        assertThat(first.getSerializedSize()).isBetween(1024 * 1024, 3 * 1024 * 1024);
        assertThat(first.getTokensCount() + second.getTokensCount()).isEqualTo(60);
    }

    @Test
    void refusesAPageTokenThatIsNoneOfItsOwn() {
        var failure = Failure.of(() -> served.client()
                .getTokens(GetTokensRequest.newBuilder()
                        .setPageToken(SECRET + "made up")
                        .build()));

        assertThat(failure.status()).isEqualTo("INVALID_ARGUMENT");
        assertThat(failure.reason()).isEqualTo("INVALID_PAGE_TOKEN");
        assertThat(failure.message()).doesNotContain(SECRET);
    }

    @Test
    void tellsTheListenerWhatWasCalledAndTheRowsNameAlone() {
        var saved = save(ALICE);
        Failure.of(() -> byId(SECRET + "unknown"));

        assertThat(served.calls).hasSize(2);
        assertThat(served.calls.get(0).method()).isEqualTo("SaveToken");
        assertThat(served.calls.get(0).status()).isEqualTo("OK");
        assertThat(served.calls.get(0).row())
                .hasValueSatisfying(row -> assertThat(row)
                        .isEqualTo(served.savedRows.get(0))
                        .isNotEqualTo(saved.getId())
                        .doesNotContain(SECRET));
        assertThat(served.calls.get(1).status()).isEqualTo("NOT_FOUND");
        assertThat(served.calls.get(1).row()).isEmpty();
    }

    private Token save(Token token) {
        return save(served, token.toBuilder());
    }

    private static Token save(ServedStore served, Token.Builder token) {
        return served.client()
                .saveToken(SaveTokenRequest.newBuilder().setToken(token).build())
                .getToken();
    }

    private Token find(Token.Builder wanted) {
        return served.client()
                .findToken(FindTokenRequest.newBuilder().setToken(wanted).build())
                .getToken();
    }

    private Token byId(String id) {
        return served.client()
                .findTokenById(FindTokenByIdRequest.newBuilder().setId(id).build())
                .getToken();
    }

    private static Token givenFieldsOf(Token token) {
        return token.toBuilder()
                .clearId()
                .clearVersion()
                .clearExpireTime()
                .clearCreateTime()
                .clearUpdateTime()
                .build();
    }
}
