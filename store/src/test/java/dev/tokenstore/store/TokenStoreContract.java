package dev.tokenstore.store;

/// What every storage must do under a [TokenStore]: all rules and examples of the conformance list that concern the
/// store.
///
/// A test class of a storage implements this and [#newStore]. No test assumes that the storage is fast, or that nobody
/// else uses the same backend for another store.
public interface TokenStoreContract
        extends FindContract,
                SaveContract,
                NewRowContract,
                BulkSaveContract,
                IdentityContract,
                DeletedTokenContract,
                RetentionContract,
                ExpectedVersionContract,
                DeleteAndListContract,
                ValueContract,
                ConcurrencyContract,
                ModelContract {}
