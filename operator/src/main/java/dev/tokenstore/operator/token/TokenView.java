package dev.tokenstore.operator.token;

import java.time.Duration;
import java.util.Optional;

/// What the operator can see of the tokens in a namespace.
public sealed interface TokenView {
    /// The list is on its way; whoever asked hears when it is there.
    ///
    /// @param askAgainIn set if it was refused a moment ago, as is usual while new rights become effective: asking
    ///     again starts the next attempt
    record Loading(Optional<Duration> askAgainIn) implements TokenView {}

    /// All tokens are known, and their changes as they happen.
    record Watching(TokenIndex index) implements TokenView {}

    /// The API server refused to show them. Asking again after `retryIn` starts the next attempt.
    record Refused(Duration retryIn) implements TokenView {}
}
