package com.zoho.crm.api.exception;

/// Stands in for the vendor's exception of this name (Zoho CRM Java SDK 8.0): of it, only what the adapter makes and
/// the SDK's callers read.
public class SDKException extends Exception {
    private static final long serialVersionUID = 1;

    private final String code;

    public SDKException(String code, String message, Exception cause) {
        super(message, cause);
        this.code = code;
    }

    public String getCode() {
        return code;
    }
}
