package dev.tokenstore.testbed.vendor;

/// What the vendor knows of an access token that someone shows.
sealed interface AccessTokenState {
    record Valid(String user) implements AccessTokenState {}

    /// It was issued once.
    record Expired() implements AccessTokenState {}

    /// It was never issued, or was revoked.
    record Unknown() implements AccessTokenState {}

    default String word() {
        return switch (this) {
            case Valid valid -> "valid";
            case Expired expired -> "expired";
            case Unknown unknown -> "unknown";
        };
    }
}
