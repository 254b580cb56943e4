package dev.tokenstore.store.token;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.Pattern;

/// The ten fields of a token, those of the SDKs' `OAuthToken`.
public enum TokenField {
    ID("id"),
    USER_SIGNATURE("user_signature"),
    CLIENT_ID("client_id"),
    CLIENT_SECRET("client_secret"),
    REDIRECT_URL("redirect_url"),
    GRANT_TOKEN("grant_token"),
    REFRESH_TOKEN("refresh_token"),
    ACCESS_TOKEN("access_token"),
    API_DOMAIN("api_domain"),
    EXPIRES_IN("expires_in");

    /// The fields that give access, in the order in which a save looks for a row with the same one (rule R5).
    public static final List<TokenField> CREDENTIALS = List.of(REFRESH_TOKEN, GRANT_TOKEN, ACCESS_TOKEN);

    /// The credentials that a program renews an access token with.
    public static final List<TokenField> RENEWING = List.of(REFRESH_TOKEN, GRANT_TOKEN);

    /// The fields that rows are looked up by. Only the id belongs to one row alone.
    public static final List<TokenField> LOOKED_UP =
            List.of(ID, USER_SIGNATURE, REFRESH_TOKEN, GRANT_TOKEN, ACCESS_TOKEN);

    private static final int MAX_ID_BYTES = 1024;
    private static final int MAX_BYTES = 16 * 1024;
    private static final Pattern EPOCH_MILLIS = Pattern.compile("[0-9]{1,18}");

    private final String key;

    TokenField(String key) {
        this.key = key;
    }

    /// The field's name in the gRPC API, in a Secret's data and in a SQL column.
    public String key() {
        return key;
    }

    /// Checks a value that is present (conformance rule R11).
    ///
    /// @throws InvalidTokenException naming this field, never the value
    void check(String value) {
        var limit = this == ID ? MAX_ID_BYTES : MAX_BYTES;
        if (value.length() > limit || value.getBytes(StandardCharsets.UTF_8).length > limit) {
            throw new InvalidTokenException(
                    key + " is too long: at most " + limit + " bytes of UTF-8 are stored; shorten it");
        }
        if (this == EXPIRES_IN && !EPOCH_MILLIS.matcher(value).matches()) {
            throw new InvalidTokenException(
                    key + " is malformed: give the moment of expiry in epoch milliseconds, 1 to 18 digits");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
            throw new InvalidTokenException(key + " is malformed: it holds half of a UTF-16 surrogate pair");
        }
    }
}
