package dev.tokenstore.store;

/// What all parts of the contract need.
interface StoreContract {
    /// Returns the data of a new, empty store, independent of all others.
    StoreUnderTest newStore();
}
