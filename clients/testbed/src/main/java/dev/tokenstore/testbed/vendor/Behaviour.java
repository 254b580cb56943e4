package dev.tokenstore.testbed.vendor;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/// How the accounts side answers.
///
/// @param accessTokenLife how long an access token that is issued from now on is good for
/// @param refusal the error that every token request is answered with, if any
/// @param delay how long a token request waits for its answer
/// @param limit how many access tokens a refresh token gives in [Accounts#LIMITED_TIME], if limited
/// @param clientSecret the only client secret that token requests may have; any if empty
public record Behaviour(
        Duration accessTokenLife,
        Optional<String> refusal,
        Duration delay,
        OptionalInt limit,
        Optional<String> clientSecret) {
    /// As the real one does: an hour, and ten in ten minutes.
    public static final Behaviour USUAL =
            new Behaviour(Duration.ofHours(1), Optional.empty(), Duration.ZERO, OptionalInt.of(10), Optional.empty());
}
