package dev.tokenstore.sidecar;

/// A setting is missing or malformed; the message names it and says what is accepted.
final class SettingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    SettingException(String message) {
        super(message);
    }
}
