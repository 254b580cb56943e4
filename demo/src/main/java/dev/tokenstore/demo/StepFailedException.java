package dev.tokenstore.demo;

/// A step of the story did not hold; the message says which and what to look at.
final class StepFailedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    StepFailedException(String message) {
        super(message);
    }

    StepFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
