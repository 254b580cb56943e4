package dev.tokenstore.zoho;

import com.zoho.api.authenticator.OAuthToken;
import com.zoho.crm.api.UserSignature;
import com.zoho.crm.api.exception.SDKException;
import dev.tokenstore.client.SdkTokens;
import dev.tokenstore.client.TokenRecord;
import dev.tokenstore.client.TokenStoreException;

/// Reads and fills the SDK's `OAuthToken` through its getters and setters.
final class ZohoTokens implements SdkTokens<OAuthToken, SDKException> {
    private static final String CODE = "TOKEN_STORE";

    /// The SDK prefers the token of a thread that called `switchUser` to the one of `initialize`.
    private static final String SWITCHED = "; on a thread that called switchUser, call switchUser instead";

    @Override
    public OAuthToken create() {
        return new OAuthToken();
    }

    @Override
    public String get(OAuthToken token, TokenRecord.Field field) {
        switch (field) {
            case ID:
                return token.getId();
            case USER_SIGNATURE:
                return token.getUserSignature() == null ? null : token.getUserSignature().getName();
            case CLIENT_ID:
                return token.getClientId();
            case CLIENT_SECRET:
                return token.getClientSecret();
            case REDIRECT_URL:
                return token.getRedirectURL();
            case GRANT_TOKEN:
                return token.getGrantToken();
            case REFRESH_TOKEN:
                return token.getRefreshToken();
            case ACCESS_TOKEN:
                return token.getAccessToken();
            case API_DOMAIN:
                return token.getAPIDomain();
            case EXPIRES_IN:
                return token.getExpiresIn();
            default:
                throw new IllegalArgumentException(field.key());
        }
    }

    @Override
    public void set(OAuthToken token, TokenRecord.Field field, String value) throws SDKException {
        switch (field) {
            case ID:
                token.setId(value);
                break;
            case USER_SIGNATURE:
                token.setUserSignature(new UserSignature(value));
                break;
            case CLIENT_ID:
                token.setClientId(value);
                break;
            case CLIENT_SECRET:
                token.setClientSecret(value);
                break;
            case REDIRECT_URL:
                token.setRedirectURL(value);
                break;
            case GRANT_TOKEN:
                token.setGrantToken(value);
                break;
            case REFRESH_TOKEN:
                token.setRefreshToken(value);
                break;
            case ACCESS_TOKEN:
                token.setAccessToken(value);
                break;
            case API_DOMAIN:
                token.setAPIDomain(value);
                break;
            case EXPIRES_IN:
                token.setExpiresIn(value);
                break;
            default:
                throw new IllegalArgumentException(field.key());
        }
    }

    @Override
    public SDKException failure(String message, Exception cause) {
        return new SDKException(
                CODE, TokenStoreException.isTokenGone(cause) ? message + SWITCHED : message, cause);
    }
}
