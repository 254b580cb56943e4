package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.RetentionPolicy;

/// The retention policy that a store's spec asks for, or why there is none.
sealed interface StorePolicy {
    record Valid(RetentionPolicy policy) implements StorePolicy {}

    /// @param problem names the field and its value
    record Invalid(String problem) implements StorePolicy {}

    static StorePolicy of(OAuthTokenStore store) {
        if (store.problem().isPresent()) {
            return new Invalid(store.problem().get());
        }
        try {
            return new Valid(RetentionPolicy.of(store.getSpec()));
        } catch (IllegalArgumentException e) {
            return new Invalid(String.valueOf(e.getMessage()));
        }
    }
}
