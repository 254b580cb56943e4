package dev.tokenstore.store.kubernetes;

/// A Secret, as a reader of the store's tokens sees it.
sealed interface SecretReading {
    record Readable(SecretRow row) implements SecretReading {}

    /// It belongs to the store, but someone edited it into something that is not a token; `problem` holds no value.
    record Unreadable(String name, String problem) implements SecretReading {}

    /// It is not one of the store's tokens, or its time is over and the reader misses such tokens.
    record Hidden() implements SecretReading {}
}
