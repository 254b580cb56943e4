package dev.tokenstore.store.sqlite;

import dev.tokenstore.api.RetentionPolicy;
import java.util.Optional;

/// What an `OAuthTokenStore` says in a cluster, for the rows of a file.
///
/// @param retention how long they live, and what is deleted when
/// @param maxTokens how many there may be; empty: any number
public record EmbeddedPolicy(RetentionPolicy retention, Optional<Integer> maxTokens) {
    /// Every row lives until someone deletes it.
    public static EmbeddedPolicy keepingEverything() {
        return new EmbeddedPolicy(RetentionPolicy.of(null), Optional.empty());
    }

    /// Whether anything is ever deleted by itself.
    boolean deletes() {
        return retention.sessionTimeout() != null
                || retention.maxTokenAge() != null
                || retention.expiredAfter() != null;
    }
}
