package dev.tokenstore.store.kubernetes;

/// What a Secret turned out to be.
sealed interface SecretReading {
    record Readable(SecretRow row) implements SecretReading {}

    /// It belongs to the store, but someone edited it into something that is not a token; `problem` holds no value.
    record Unreadable(String name, String problem) implements SecretReading {}

    /// It is not one of the store's tokens, or not any more: its time is over.
    record Foreign() implements SecretReading {}
}
