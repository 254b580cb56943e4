package dev.tokenstore.store.token;

/// The caller gave a value that cannot be stored, or too few of them; asking again with the same values will not help.
///
/// The message names the field and says what to do; it never holds a value.
public final class InvalidTokenException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    public InvalidTokenException(String message) {
        super(message);
    }
}
