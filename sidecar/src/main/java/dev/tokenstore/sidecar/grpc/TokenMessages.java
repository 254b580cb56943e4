package dev.tokenstore.sidecar.grpc;

import com.google.protobuf.Timestamp;
import dev.tokenstore.api.Timestamps;
import dev.tokenstore.proto.v1.Token;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.time.Instant;
import java.util.EnumMap;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;

/// The ten fields as messages and back; unset stays unset, and `""` is kept apart from it.
final class TokenMessages {
    private TokenMessages() {}

    /// Returns what the caller set; output-only fields are ignored.
    ///
    /// @throws InvalidTokenException naming a field whose value cannot be stored
    static TokenFields fieldsOf(Token token) {
        var values = new EnumMap<TokenField, String>(TokenField.class);
        for (var field : TokenField.values()) {
            var accessor = accessor(field);
            if (accessor.has().test(token)) {
                values.put(field, accessor.get().apply(token));
            }
        }
        return TokenFields.of(values);
    }

    static Token messageOf(StoredToken token) {
        var message = Token.newBuilder()
                .setVersion(token.version())
                .setCreateTime(timestampOf(token.createTime()))
                .setUpdateTime(timestampOf(token.updateTime()));
        token.fields().forEachPresent((field, value) -> accessor(field).set().accept(message, value.reveal()));
        token.fields()
                .expiry()
                .filter(Timestamps::isValid)
                .ifPresent(expiry -> message.setExpireTime(timestampOf(expiry)));
        return message.build();
    }

    private static Timestamp timestampOf(Instant instant) {
        return Timestamp.newBuilder()
                .setSeconds(instant.getEpochSecond())
                .setNanos(instant.getNano())
                .build();
    }

    /// A field of the message.
    private record Accessor(Predicate<Token> has, Function<Token, String> get, BiConsumer<Token.Builder, String> set) {}

    private static Accessor accessor(TokenField field) {
        return switch (field) {
            case ID -> new Accessor(Token::hasId, Token::getId, Token.Builder::setId);
            case USER_SIGNATURE ->
                new Accessor(Token::hasUserSignature, Token::getUserSignature, Token.Builder::setUserSignature);
            case CLIENT_ID -> new Accessor(Token::hasClientId, Token::getClientId, Token.Builder::setClientId);
            case CLIENT_SECRET ->
                new Accessor(Token::hasClientSecret, Token::getClientSecret, Token.Builder::setClientSecret);
            case REDIRECT_URL ->
                new Accessor(Token::hasRedirectUrl, Token::getRedirectUrl, Token.Builder::setRedirectUrl);
            case GRANT_TOKEN -> new Accessor(Token::hasGrantToken, Token::getGrantToken, Token.Builder::setGrantToken);
            case REFRESH_TOKEN ->
                new Accessor(Token::hasRefreshToken, Token::getRefreshToken, Token.Builder::setRefreshToken);
            case ACCESS_TOKEN ->
                new Accessor(Token::hasAccessToken, Token::getAccessToken, Token.Builder::setAccessToken);
            case API_DOMAIN -> new Accessor(Token::hasApiDomain, Token::getApiDomain, Token.Builder::setApiDomain);
            case EXPIRES_IN -> new Accessor(Token::hasExpiresIn, Token::getExpiresIn, Token.Builder::setExpiresIn);
        };
    }
}
