package dev.tokenstore.testing.server;

/// No Kubernetes API server could be found, made or started; the message says what to do.
public final class KubernetesUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public KubernetesUnavailableException(String message) {
        super(message);
    }

    public KubernetesUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
