package dev.tokenstore.operator.token;

import java.time.Duration;
import java.util.Optional;

/// What the operator sees of the tokens in a namespace.
public sealed interface TokenView {
    /// The tokens are being listed; the stores are reconciled when the list is complete.
    ///
    /// @param askAgainIn set if it was refused a moment ago, as is usual while new rights become effective: asking
    ///     again starts the next attempt
    record Loading(Optional<Duration> askAgainIn) implements TokenView {}

    /// The index holds all tokens and follows their changes.
    ///
    /// @param isInterrupted whether changes have not arrived for a minute; deletions that are decided on a stale entry
    ///     fail on their precondition
    record Watching(TokenIndex index, boolean isInterrupted) implements TokenView {}

    /// The API server refused the watch. Asking again after `retryIn` starts the next attempt.
    record Refused(Duration retryIn) implements TokenView {}
}
