package com.zoho.api.authenticator.store;

import com.zoho.api.authenticator.Token;
import com.zoho.crm.api.exception.SDKException;
import java.util.List;

/// Stands in for the vendor's interface of this name (Zoho CRM Java SDK 8.0): the six methods that its own `FileStore`
/// 1.0.0 overrides, with the same signatures.
public interface TokenStore {
    Token findToken(Token token) throws SDKException;

    Token findTokenById(String id) throws SDKException;

    void saveToken(Token token) throws SDKException;

    void deleteToken(String id) throws SDKException;

    List<Token> getTokens() throws SDKException;

    void deleteTokens() throws SDKException;
}
