package dev.tokenstore.testbed;

/// A control request that cannot be carried out; the message is one sentence for whoever sent it.
final class ControlException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    ControlException(int status, String message) {
        super(message);
        this.status = status;
    }

    /// Of HTTP.
    int status() {
        return status;
    }
}
