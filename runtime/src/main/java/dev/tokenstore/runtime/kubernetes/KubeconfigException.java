package dev.tokenstore.runtime.kubernetes;

/// A kubeconfig, or a credential that it names, cannot be used. The message is one sentence for the user; it holds no
/// credential.
public final class KubeconfigException extends RuntimeException {
    private static final long serialVersionUID = 1;

    KubeconfigException(String message) {
        super(message);
    }
}
