package dev.tokenstore.operator.access;

/// The cluster roles that the operator binds in namespaces that have a store. A namespace has at most one binding of
/// each, with the role's name, so that the operator's right to change and delete bindings can be limited by name.
public enum BoundRole {
    /// For the operator itself: sees and deletes tokens.
    CLEANER("oauth-token-store-cleaner"),
    /// For accounts that use the store.
    CLIENT("oauth-token-store-client"),
    /// For accounts that only read.
    READER("oauth-token-store-reader");

    private final String objectName;

    BoundRole(String objectName) {
        this.objectName = objectName;
    }

    /// The name of the cluster role, and of each binding of it.
    public String objectName() {
        return objectName;
    }
}
