package dev.tokenstore.operator.access;

/// The outcome of granting a store's access.
public sealed interface AccessResult {
    /// The listed accounts hold their roles.
    ///
    /// @param writing number of accounts that may use the store
    /// @param reading number of those that may only read
    record Granted(int writing, int reading) implements AccessResult {}

    /// The policy that confines clients is not in force, so nobody was added.
    record NotConfined() implements AccessResult {}

    /// The API server refused a binding.
    ///
    /// @param message of the API server, which says why
    record Refused(BoundRole role, String message) implements AccessResult {}

    /// The store names an account that may never use tokens; the other accounts hold their roles.
    record NotAllowed(ServiceAccount account) implements AccessResult {}
}
