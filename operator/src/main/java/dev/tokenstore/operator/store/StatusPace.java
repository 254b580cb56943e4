package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.operator.condition.Conditions;
import io.javaoperatorsdk.operator.processing.event.ResourceID;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Keeps statuses from being written more often than people can read them: every write wakes every watcher.
final class StatusPace {
    static final Duration LEAST = Duration.ofSeconds(30);

    private final Map<ResourceID, Instant> written = new ConcurrentHashMap<>();

    /// When to write `next` in place of `current`: now if a verdict changed, the generation did, or a cleanup ran, else
    /// once [#LEAST] is over since the last write. Empty if there is nothing new to say.
    Optional<Instant> due(
            ResourceID store, @Nullable OAuthTokenStoreStatus current, OAuthTokenStoreStatus next, Instant now) {
        if (next.equals(current)) {
            return Optional.empty();
        }
        var last = written.get(store);
        if (current == null
                || last == null
                || !Objects.equals(current.observedGeneration(), next.observedGeneration())
                || !Objects.equals(current.lastCleanup(), next.lastCleanup())
                || !Conditions.sameVerdicts(current.conditions(), next.conditions())) {
            return Optional.of(now);
        }
        var allowed = last.plus(LEAST);
        return Optional.of(allowed.isAfter(now) ? allowed : now);
    }

    void written(ResourceID store, Instant now) {
        written.put(store, now);
    }

    void forget(ResourceID store) {
        written.remove(store);
    }
}
