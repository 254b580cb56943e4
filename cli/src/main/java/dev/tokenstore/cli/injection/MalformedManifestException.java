package dev.tokenstore.cli.injection;

/// A manifest, or an annotation of it, that the sidecar cannot be put into; the message says what to do.
final class MalformedManifestException extends RuntimeException {
    private static final long serialVersionUID = 1;

    MalformedManifestException(String message) {
        super(message);
    }
}
