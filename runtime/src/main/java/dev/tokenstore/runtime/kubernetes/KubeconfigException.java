package dev.tokenstore.runtime.kubernetes;

/// A kubeconfig cannot be used. The message is one sentence for the user; it holds nothing of the file's content.
public final class KubeconfigException extends RuntimeException {
    private static final long serialVersionUID = 1;

    KubeconfigException(String message) {
        super(message);
    }
}
