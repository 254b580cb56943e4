package dev.tokenstore.store.refresh;

/// What became of the report that the API refuses an access token.
public enum RejectionOutcome {
    /// The token is due now.
    EXPIRED,
    /// Ignored: another access token is stored.
    NOT_STORED,
    /// Ignored: the access token was saved less than a minute ago.
    TOO_NEW,
    /// Ignored: three reports about the token were taken in ten minutes.
    TOO_MANY
}
