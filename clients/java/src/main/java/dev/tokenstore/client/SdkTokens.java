package dev.tokenstore.client;

import org.jspecify.annotations.Nullable;

/// Creates, reads and fills the token objects of one SDK; each SDK's adapter implements it. Implementations are
/// stateless.
///
/// @param <T> the SDK's class of tokens
/// @param <X> the SDK's class of exceptions
public interface SdkTokens<T, X extends Exception> {
    /// Returns a new token without values.
    T create() throws X;

    /// Calls the SDK's getter.
    @Nullable String get(T token, TokenRecord.Field field);

    /// Calls the SDK's setter.
    ///
    /// @param value not empty
    void set(T token, TokenRecord.Field field, String value) throws X;

    /// Returns the exception that the SDK's own stores throw.
    ///
    /// @param message one sentence, without a value of a token
    X failure(String message, Exception cause);
}
