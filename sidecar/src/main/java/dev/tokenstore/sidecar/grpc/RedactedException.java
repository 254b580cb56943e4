package dev.tokenstore.sidecar.grpc;

/// An exception as it may be logged: its class and stack, and those of its causes, without messages, which may hold
/// values.
final class RedactedException extends Exception {
    private static final long serialVersionUID = 1;

    RedactedException(Throwable exception) {
        super(
                exception.getClass().getName(),
                exception.getCause() == null ? null : new RedactedException(exception.getCause()),
                false,
                true);
        setStackTrace(exception.getStackTrace());
    }
}
