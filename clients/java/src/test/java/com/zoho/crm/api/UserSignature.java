package com.zoho.crm.api;

import com.zoho.crm.api.exception.SDKException;

/// Stands in for the vendor's class of this name (Zoho CRM Java SDK 8.0), which refuses null and nothing else.
public class UserSignature {
    private final String name;

    public UserSignature(String name) throws SDKException {
        if (name == null) {
            throw new SDKException("MANDATORY VALUE ERROR", "name", null);
        }
        this.name = name;
    }

    public String getName() {
        return name;
    }
}
