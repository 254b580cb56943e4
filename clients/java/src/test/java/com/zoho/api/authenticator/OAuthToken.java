package com.zoho.api.authenticator;

import com.zoho.crm.api.UserSignature;

/// Stands in for the vendor's class of this name (Zoho CRM Java SDK 8.0): the public constructor, getters and setters
/// that the SDK's own `FileStore` 1.0.0 calls, with the same signatures.
public class OAuthToken implements Token {
    private String clientID;
    private String clientSecret;
    private String redirectURL;
    private String grantToken;
    private String refreshToken;
    private String accessToken;
    private String expiresIn;
    private UserSignature userSignature;
    private String id;
    private String apiDomain;

    public OAuthToken() {}

    @Override
    public String getId() {
        return id;
    }

    public void setId(String id) {
        this.id = id;
    }

    public UserSignature getUserSignature() {
        return userSignature;
    }

    public void setUserSignature(UserSignature userSignature) {
        this.userSignature = userSignature;
    }

    public String getClientId() {
        return clientID;
    }

    public void setClientId(String clientID) {
        this.clientID = clientID;
    }

    public String getClientSecret() {
        return clientSecret;
    }

    public void setClientSecret(String clientSecret) {
        this.clientSecret = clientSecret;
    }

    public String getRedirectURL() {
        return redirectURL;
    }

    public void setRedirectURL(String redirectURL) {
        this.redirectURL = redirectURL;
    }

    public String getGrantToken() {
        return grantToken;
    }

    public void setGrantToken(String grantToken) {
        this.grantToken = grantToken;
    }

    public String getRefreshToken() {
        return refreshToken;
    }

    public void setRefreshToken(String refreshToken) {
        this.refreshToken = refreshToken;
    }

    public String getAccessToken() {
        return accessToken;
    }

    public void setAccessToken(String accessToken) {
        this.accessToken = accessToken;
    }

    public String getAPIDomain() {
        return apiDomain;
    }

    public void setAPIDomain(String apiDomain) {
        this.apiDomain = apiDomain;
    }

    public String getExpiresIn() {
        return expiresIn;
    }

    public void setExpiresIn(String expiresIn) {
        this.expiresIn = expiresIn;
    }
}
