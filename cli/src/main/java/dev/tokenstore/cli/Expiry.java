package dev.tokenstore.cli;

import dev.tokenstore.cli.output.AccessTokenState;
import dev.tokenstore.cli.store.StoreAccess;
import dev.tokenstore.cli.store.StoreException;
import dev.tokenstore.client.TokenRecord;
import java.time.Duration;
import java.time.InstantSource;

/// Declares access tokens expired, and nothing else: every other field stays, and an access token that an app renewed
/// meanwhile is left alone.
final class Expiry {
    /// Long enough ago that the clock of no pod sees it ahead.
    private static final Duration AGO = Duration.ofMinutes(1);

    private final StoreAccess store;
    private final InstantSource clock;

    /// What became of a token.
    ///
    /// @param token as it is stored now
    /// @param sentence what was done, for people
    record Outcome(TokenRecord token, String sentence) {}

    Expiry(StoreAccess store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /// Declares the access token of `found` expired.
    Outcome expire(TokenRecord found) {
        var now = clock.instant();
        switch (AccessTokenState.of(found, now)) {
            case NONE -> {
                return new Outcome(found, "Nothing to do: it has no access token; an SDK gets one at its next call.");
            }
            case EXPIRED -> {
                return new Outcome(found, "Nothing to do: its access token had expired already.");
            }
            case VALID, UNKNOWN -> {}
        }
        var expired = TokenRecord.builder()
                .id(found.id().orElseThrow())
                .expiresIn(Long.toString(now.minus(AGO).toEpochMilli()))
                .build();
        try {
            var saved = store.save(expired, found.version().orElseThrow());
            return new Outcome(saved, "Done: SDKs renew its access token at their next call.");
        } catch (StoreException e) {
            if (!e.reason().equals("VERSION_CONFLICT")) {
                throw e;
            }
            throw new CommandException(
                    ExitCode.FAILED,
                    "nothing was done: the token was saved by someone else at this moment, perhaps renewed; look at it"
                            + " and, if need be, expire it again",
                    e);
        }
    }
}
