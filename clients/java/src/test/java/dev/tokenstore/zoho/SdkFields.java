package dev.tokenstore.zoho;

import com.zoho.api.authenticator.OAuthToken;
import com.zoho.crm.api.UserSignature;
import com.zoho.crm.api.exception.SDKException;
import java.util.HashMap;
import java.util.Map;

/// Reads and sets the SDK's token by the field names of the table. Independent of the adapter's mapping, which it
/// tests.
final class SdkFields {
    private SdkFields() {}

    static void set(OAuthToken token, String field, String value) throws SDKException {
        switch (field) {
            case "id" -> token.setId(value);
            case "user_signature" -> token.setUserSignature(new UserSignature(value));
            case "client_id" -> token.setClientId(value);
            case "client_secret" -> token.setClientSecret(value);
            case "redirect_url" -> token.setRedirectURL(value);
            case "grant_token" -> token.setGrantToken(value);
            case "refresh_token" -> token.setRefreshToken(value);
            case "access_token" -> token.setAccessToken(value);
            case "api_domain" -> token.setAPIDomain(value);
            case "expires_in" -> token.setExpiresIn(value);
            default -> throw new IllegalArgumentException(field);
        }
    }

    /// The values that are neither null nor empty.
    static Map<String, String> valuesOf(OAuthToken token) {
        var values = new HashMap<String, String>();
        values.put("id", token.getId());
        values.put(
                "user_signature",
                token.getUserSignature() == null
                        ? null
                        : token.getUserSignature().getName());
        values.put("client_id", token.getClientId());
        values.put("client_secret", token.getClientSecret());
        values.put("redirect_url", token.getRedirectURL());
        values.put("grant_token", token.getGrantToken());
        values.put("refresh_token", token.getRefreshToken());
        values.put("access_token", token.getAccessToken());
        values.put("api_domain", token.getAPIDomain());
        values.put("expires_in", token.getExpiresIn());
        values.values().removeIf(value -> value == null || value.isEmpty());
        return values;
    }
}
