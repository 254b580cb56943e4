package dev.tokenstore.client;

/// What became of the report that the API refuses an access token.
public enum RejectionOutcome {
    /// A newer sidecar says something that this client does not know.
    UNKNOWN,
    /// The token is due: the next find that will refresh is told to.
    EXPIRED,
    /// Ignored: another access token is stored; find the token again.
    NOT_STORED,
    /// Ignored: the access token was saved less than a minute ago.
    TOO_NEW,
    /// Ignored: three reports about the token were taken in the last ten minutes.
    TOO_MANY;

    static RejectionOutcome ofNumber(long number) {
        return number > 0 && number < values().length ? values()[(int) number] : UNKNOWN;
    }
}
