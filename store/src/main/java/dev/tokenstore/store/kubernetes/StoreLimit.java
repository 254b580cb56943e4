package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.OAuthTokenStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The limit of a store in a cluster, and how many tokens it holds as far as is known: what the operator counted last,
/// and what this process made since then. So the limit is soft; before the first count there is none. Thread-safe.
final class StoreLimit {
    /// The operator counts within this time; a token that is not counted by then was most likely deleted.
    private static final Duration COUNTED_WITHIN = Duration.ofMinutes(1);

    private final InstantSource clock;
    private @Nullable Integer maxTokens;
    private @Nullable Integer counted;
    private int made;
    private Instant madeSince = Instant.MIN;

    /// A store that is full.
    record Full(int tokens, int maxTokens) {}

    StoreLimit(InstantSource clock) {
        this.clock = clock;
    }

    /// Updates limit and count from the resource.
    synchronized void seen(OAuthTokenStore store) {
        maxTokens = store.getSpec() == null || store.getSpec().limits() == null
                ? null
                : store.getSpec().limits().maxTokens();
        var count = store.getStatus() == null || store.getStatus().tokens() == null
                ? null
                : store.getStatus().tokens().total();
        if (!Objects.equals(count, counted)) {
            counted = count;
            made = 0;
        }
    }

    /// Counts a token that this process made.
    synchronized void made() {
        forgetWhatMustHaveBeenCounted();
        if (made == 0) {
            madeSince = clock.instant();
        }
        made++;
    }

    /// Whether the store takes no new token.
    synchronized Optional<Full> full() {
        forgetWhatMustHaveBeenCounted();
        return maxTokens == null || counted == null || counted + made < maxTokens
                ? Optional.empty()
                : Optional.of(new Full(counted + made, maxTokens));
    }

    private void forgetWhatMustHaveBeenCounted() {
        if (made > 0 && !clock.instant().isBefore(madeSince.plus(COUNTED_WITHIN))) {
            made = 0;
        }
    }
}
