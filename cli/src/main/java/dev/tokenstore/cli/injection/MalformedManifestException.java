package dev.tokenstore.cli.injection;

import dev.tokenstore.cli.CommandException;
import dev.tokenstore.cli.ExitCode;

/// A manifest, or an annotation of it, that the sidecar cannot be put into; the message says what to do.
final class MalformedManifestException extends CommandException {
    private static final long serialVersionUID = 1;

    MalformedManifestException(String message) {
        super(ExitCode.FAILED, message);
    }
}
