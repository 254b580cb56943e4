package com.zoho.api.authenticator;

/// Stands in for the vendor's interface of this name (Zoho CRM Java SDK 8.0): of it, only what the adapter meets.
public interface Token {
    String getId();
}
