package dev.tokenstore.sidecar;

/// The sidecar cannot start; the message is a sentence for the person who started it.
final class StartException extends RuntimeException {
    private static final long serialVersionUID = 1;

    StartException(String message) {
        super(message);
    }

    StartException(String message, Throwable cause) {
        super(message, cause);
    }
}
