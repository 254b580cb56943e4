package dev.tokenstore.testing.process;

/// A program under test cannot be started, or has ended; the message says what it said last, or what to do.
public final class ProgramException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ProgramException(String message) {
        super(message);
    }

    ProgramException(String message, Throwable cause) {
        super(message, cause);
    }
}
