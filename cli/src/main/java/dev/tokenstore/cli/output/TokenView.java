package dev.tokenstore.cli.output;

import dev.tokenstore.client.TokenRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/// A token as it is shown: its secrets only if that was asked for.
///
/// Users and ids are personal, not secret, and are shown: whoever runs a command names tokens by them. Credentials and
/// client secrets are secret.
///
/// @param revealed whether secrets are shown, too
/// @param now the moment that ages are told from
public record TokenView(TokenRecord token, boolean revealed, Instant now) {
    public static final String REDACTED = "<redacted>";

    /// The names of the fields of JSON and YAML, which never change their meaning: those of the gRPC API, where a value
    /// that is not stored is left out, and two that say what can be done with the token.
    public Map<String, Object> fields() {
        var fields = new LinkedHashMap<String, Object>();
        for (var field : TokenRecord.Field.values()) {
            token.get(field).ifPresent(value -> fields.put(field.key(), shown(field, value)));
        }
        fields.put("access_token_state", AccessTokenState.of(token, now).name().toLowerCase(Locale.ROOT));
        fields.put("renewable", AccessTokenState.isRenewable(token));
        token.expireTime().ifPresent(time -> fields.put("expire_time", time.toString()));
        token.createTime().ifPresent(time -> fields.put("create_time", time.toString()));
        token.updateTime().ifPresent(time -> fields.put("update_time", time.toString()));
        token.version().ifPresent(version -> fields.put("version", version));
        return fields;
    }

    private String shown(TokenRecord.Field field, String value) {
        return isSecret(field) && !revealed ? REDACTED : value;
    }

    static boolean isSecret(TokenRecord.Field field) {
        return switch (field) {
            case CLIENT_SECRET, GRANT_TOKEN, REFRESH_TOKEN, ACCESS_TOKEN -> true;
            case ID, USER_SIGNATURE, CLIENT_ID, REDIRECT_URL, API_DOMAIN, EXPIRES_IN -> false;
        };
    }

    /// A field for a table; `-` where nothing is stored.
    String cell(TokenRecord.Field field) {
        return token.get(field).map(value -> Printable.of(shown(field, value))).orElse("-");
    }

    /// Such as `valid, 42m left` or `expired 3h ago`.
    String accessToken() {
        return switch (AccessTokenState.of(token, now)) {
            case VALID -> "valid, " + Age.of(Duration.between(now, expiry())) + " left";
            case EXPIRED -> "expired " + Age.of(Duration.between(expiry(), now)) + " ago";
            case UNKNOWN -> "no expiry known";
            case NONE -> "none";
        };
    }

    private Instant expiry() {
        return AccessTokenState.expiryOf(token).orElseThrow();
    }

    String renewable() {
        return AccessTokenState.isRenewable(token) ? "yes" : "no";
    }

    /// How long ago it was first saved.
    String age() {
        return token.createTime().map(this::ago).orElse("-");
    }

    /// How long ago it was last saved.
    String lastSaved() {
        return token.updateTime().map(this::ago).orElse("-");
    }

    private String ago(Instant moment) {
        return Age.of(Duration.between(moment, now));
    }
}
