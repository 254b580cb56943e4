package dev.tokenstore.api;

import java.time.Instant;

/// The end of a token's time.
///
/// @param over when its time is over; for [EndReason#SESSION_ENDED] and [EndReason#TOO_OLD], reads miss it from then on
/// @param deletion when it is to be deleted, never before `over`
public record TokenEnd(EndReason reason, Instant over, Instant deletion) {
    public TokenEnd {
        if (deletion.isBefore(over)) {
            throw new IllegalArgumentException("a token is not deleted before its time is over");
        }
    }
}
