package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.operator.condition.Conditions;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Limits how often a store's status is written: every write is an event for every watcher. Not thread-safe.
final class StatusPace {
    static final Duration LEAST = Duration.ofSeconds(30);

    private @Nullable Instant written;

    /// Returns when to write `next` in place of `current`: now if a verdict or the generation changed, else [#LEAST]
    /// after the
    /// last write. Empty if they are equal.
    Optional<Instant> due(@Nullable OAuthTokenStoreStatus current, OAuthTokenStoreStatus next, Instant now) {
        if (next.equals(current)) {
            return Optional.empty();
        }
        if (current == null
                || written == null
                || !Objects.equals(current.observedGeneration(), next.observedGeneration())
                || !Conditions.sameVerdicts(current.conditions(), next.conditions())) {
            return Optional.of(now);
        }
        var allowed = written.plus(LEAST);
        return Optional.of(allowed.isAfter(now) ? allowed : now);
    }

    void written(Instant now) {
        written = now;
    }
}
