package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.operator.condition.Conditions;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Keeps a store's status from being written more often than people can read it: every write wakes every watcher. Not
/// thread-safe.
final class StatusPace {
    static final Duration LEAST = Duration.ofSeconds(30);

    private @Nullable Instant written;

    /// When to write `next` in place of `current`: now if a verdict changed or the generation did, else once [#LEAST]
    /// is over since the last write. Empty if there is nothing new to say.
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
