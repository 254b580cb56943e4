package dev.tokenstore.store;

/// The data of one store, opened any number of times.
public interface StoreUnderTest extends AutoCloseable {
    /// Opens the data once more, as another sidecar would. The test closes what it opened.
    TokenStore open();

    /// Removes the data.
    @Override
    void close();
}
