package dev.tokenstore.testing;

/// No Kubernetes API server could be found, made or started; the message says what to do.
public final class KubernetesUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KubernetesUnavailableException(String message) {
        super(message);
    }

    KubernetesUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
