package dev.tokenstore.client;

import org.jspecify.annotations.Nullable;

/// How an SDK's own tokens are made, read and filled; what an adapter for an SDK has to say. Implementations are
/// stateless.
///
/// @param <T> the SDK's class of tokens
/// @param <X> the SDK's class of exceptions
public interface SdkTokens<T, X extends Exception> {
    /// A new token without any value, as the SDK's own constructor makes it.
    T create() throws X;

    /// What the SDK's getter returns.
    @Nullable String get(T token, Token.Field field);

    /// Calls the SDK's setter.
    ///
    /// @param value not empty
    void set(T token, Token.Field field, String value) throws X;

    /// The exception by which the SDK's own stores say that they failed.
    ///
    /// @param message one sentence, without a token's value
    X failure(String message, Exception cause);
}
