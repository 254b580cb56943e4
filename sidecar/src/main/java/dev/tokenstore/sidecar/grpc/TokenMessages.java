package dev.tokenstore.sidecar.grpc;

import com.google.protobuf.Timestamp;
import dev.tokenstore.api.Timestamps;
import dev.tokenstore.proto.v1.Token;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.time.Instant;
import java.util.EnumMap;

/// The ten fields as messages and back; unset stays unset, and `""` is kept apart from it.
final class TokenMessages {
    private TokenMessages() {}

    /// Returns what the caller set; output-only fields are ignored.
    ///
    /// @throws InvalidTokenException naming a field whose value cannot be stored
    static TokenFields fieldsOf(Token token) {
        var values = new EnumMap<TokenField, String>(TokenField.class);
        for (var field : TokenField.values()) {
            if (has(token, field)) {
                values.put(field, value(token, field));
            }
        }
        return TokenFields.of(values);
    }

    static Token messageOf(StoredToken token) {
        var message = Token.newBuilder()
                .setVersion(token.version())
                .setCreateTime(timestampOf(token.createTime()))
                .setUpdateTime(timestampOf(token.updateTime()));
        token.fields().forEachPresent((field, value) -> set(message, field, value.reveal()));
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

    private static boolean has(Token token, TokenField field) {
        return switch (field) {
            case ID -> token.hasId();
            case USER_SIGNATURE -> token.hasUserSignature();
            case CLIENT_ID -> token.hasClientId();
            case CLIENT_SECRET -> token.hasClientSecret();
            case REDIRECT_URL -> token.hasRedirectUrl();
            case GRANT_TOKEN -> token.hasGrantToken();
            case REFRESH_TOKEN -> token.hasRefreshToken();
            case ACCESS_TOKEN -> token.hasAccessToken();
            case API_DOMAIN -> token.hasApiDomain();
            case EXPIRES_IN -> token.hasExpiresIn();
        };
    }

    private static String value(Token token, TokenField field) {
        return switch (field) {
            case ID -> token.getId();
            case USER_SIGNATURE -> token.getUserSignature();
            case CLIENT_ID -> token.getClientId();
            case CLIENT_SECRET -> token.getClientSecret();
            case REDIRECT_URL -> token.getRedirectUrl();
            case GRANT_TOKEN -> token.getGrantToken();
            case REFRESH_TOKEN -> token.getRefreshToken();
            case ACCESS_TOKEN -> token.getAccessToken();
            case API_DOMAIN -> token.getApiDomain();
            case EXPIRES_IN -> token.getExpiresIn();
        };
    }

    private static void set(Token.Builder message, TokenField field, String value) {
        switch (field) {
            case ID -> message.setId(value);
            case USER_SIGNATURE -> message.setUserSignature(value);
            case CLIENT_ID -> message.setClientId(value);
            case CLIENT_SECRET -> message.setClientSecret(value);
            case REDIRECT_URL -> message.setRedirectUrl(value);
            case GRANT_TOKEN -> message.setGrantToken(value);
            case REFRESH_TOKEN -> message.setRefreshToken(value);
            case ACCESS_TOKEN -> message.setAccessToken(value);
            case API_DOMAIN -> message.setApiDomain(value);
            case EXPIRES_IN -> message.setExpiresIn(value);
        }
    }
}
