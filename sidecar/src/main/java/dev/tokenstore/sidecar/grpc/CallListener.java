package dev.tokenstore.sidecar.grpc;

import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.token.TokenFields;
import java.time.Duration;
import java.util.Optional;

/// Receives what happens to calls of the token store service, for metrics and logs.
///
/// Its methods run on the calls' threads, many at a time, and must neither block nor throw.
public interface CallListener {
    /// A call was answered, or its caller went away.
    void answered(AnsweredCall call);

    /// A save was stored.
    ///
    /// @param given what the caller gave
    /// @param stored the row as it is now
    void saved(TokenFields given, StoredToken stored);

    /// The storage failed a call.
    void storageFailed(StorageException.Reason reason);

    /// A call and its outcome.
    ///
    /// @param method such as `SaveToken`
    /// @param status a gRPC status code, such as `NOT_FOUND`
    /// @param row the storage's name of the row that was returned, if one was; it is safe to log
    record AnsweredCall(String method, String status, Duration duration, Optional<String> row) {}
}
