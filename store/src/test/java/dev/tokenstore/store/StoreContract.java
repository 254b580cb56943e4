package dev.tokenstore.store;

import dev.tokenstore.api.OAuthTokenStoreSpec;

/// What all parts of the contract need.
interface StoreContract {
    /// Returns the data of a new, empty store, independent of all others.
    ///
    /// @param spec how long its tokens live
    StoreUnderTest newStore(OAuthTokenStoreSpec spec);

    /// One whose tokens live until they are deleted.
    default StoreUnderTest newStore() {
        return newStore(OAuthTokenStoreSpec.keepingEverything());
    }
}
