package dev.tokenstore.store;

import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.api.RetentionPolicy;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The settings of a store, whatever its storage: in a cluster those of its `OAuthTokenStore`, else those of the
/// program.
///
/// @param retention how long tokens live, and what is deleted when
/// @param maxTokens how many tokens the store may hold; empty: any number
public record StoreSettings(RetentionPolicy retention, Optional<Integer> maxTokens) {
    /// Every token is kept until a caller deletes it.
    public static final StoreSettings KEEP_EVERYTHING = of(null);

    /// @throws IllegalArgumentException naming the field, if a duration is malformed, which the schema prevents
    public static StoreSettings of(@Nullable OAuthTokenStoreSpec spec) {
        var limits = spec == null ? null : spec.limits();
        return new StoreSettings(
                RetentionPolicy.of(spec), limits == null ? Optional.empty() : Optional.ofNullable(limits.maxTokens()));
    }

    /// Whether the retention policy ever asks for a deletion.
    public boolean deletes() {
        return retention.sessionTimeout() != null
                || retention.maxTokenAge() != null
                || retention.expiredAfter() != null;
    }
}
