package dev.tokenstore.sidecar.grpc;

import com.google.protobuf.Any;
import com.google.rpc.ErrorInfo;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.TokenStorage.InvalidCursorException;
import dev.tokenstore.store.token.InvalidTokenException;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.Map;
import java.util.Optional;

/// Every error a caller can get: its gRPC status, its reason, and one sentence that holds no value of a token.
///
/// Reasons are part of the gRPC API and never change; the list is in `docs/sidecar.md`.
final class CallErrors {
    static final String DOMAIN = "tokenstore.dev";

    private CallErrors() {}

    /// Returns the error that the caller gets for a failed operation.
    static StatusRuntimeException of(RuntimeException failure) {
        return switch (failure) {
            case StatusRuntimeException status -> status;
            case InvalidTokenException invalid ->
                error(Status.Code.INVALID_ARGUMENT, "INVALID_TOKEN", sentence(invalid));
            case InvalidCursorException invalid ->
                error(Status.Code.INVALID_ARGUMENT, "INVALID_PAGE_TOKEN", sentence(invalid));
            case StorageException storage ->
                error(codeOf(storage.reason()), storage.reason().name(), sentence(storage));
            default ->
                error(
                        Status.Code.INTERNAL,
                        "INTERNAL",
                        "the token store failed in a way it should not; its log says more");
        };
    }

    private static Status.Code codeOf(StorageException.Reason reason) {
        return switch (reason) {
            case API_SERVER_UNAVAILABLE, STORAGE_UNAVAILABLE, TOO_MUCH_CONTENTION -> Status.Code.UNAVAILABLE;
            case STORE_NOT_ACCESSIBLE -> Status.Code.PERMISSION_DENIED;
            case STORE_NOT_FOUND, REFUSED_BY_POLICY -> Status.Code.FAILED_PRECONDITION;
            case STORE_FULL, STORAGE_FULL -> Status.Code.RESOURCE_EXHAUSTED;
            case TOKEN_UNREADABLE -> Status.Code.DATA_LOSS;
            case PAGE_TOKEN_EXPIRED -> Status.Code.ABORTED;
        };
    }

    static StatusRuntimeException tokenNotFound() {
        return error(Status.Code.NOT_FOUND, "TOKEN_NOT_FOUND", "there is no token with this id");
    }

    static StatusRuntimeException tokenDeleted() {
        return error(
                Status.Code.FAILED_PRECONDITION,
                "TOKEN_DELETED",
                "the token with this id was deleted and is not revived; to store a new token, save without an id");
    }

    static StatusRuntimeException versionConflict(Optional<String> currentVersion) {
        return error(
                Status.Code.ABORTED,
                "VERSION_CONFLICT",
                "the token is not at the expected version; read it again and decide again",
                Map.of("current_version", currentVersion.orElse("")));
    }

    static StatusRuntimeException overloaded(int limit) {
        return error(
                Status.Code.RESOURCE_EXHAUSTED,
                "OVERLOADED",
                "more than " + limit + " calls at once; retry after a pause, or raise --max-concurrent-calls");
    }

    static StatusRuntimeException deadlineExceeded() {
        return error(
                Status.Code.DEADLINE_EXCEEDED,
                "DEADLINE_EXCEEDED",
                "the call was given up before the store had answered: it is slow, does not answer, or the call had too"
                        + " little time; if it was a save or delete, it may have happened all the same");
    }

    static StatusRuntimeException cancelled() {
        return error(Status.Code.CANCELLED, "CANCELLED", "the call was cancelled");
    }

    private static String sentence(RuntimeException failure) {
        return Optional.ofNullable(failure.getMessage()).orElse("no details are known");
    }

    private static StatusRuntimeException error(Status.Code code, String reason, String message) {
        return error(code, reason, message, Map.of());
    }

    private static StatusRuntimeException error(
            Status.Code code, String reason, String message, Map<String, String> metadata) {
        var info = ErrorInfo.newBuilder()
                .setDomain(DOMAIN)
                .setReason(reason)
                .putAllMetadata(metadata)
                .build();
        return StatusProto.toStatusRuntimeException(com.google.rpc.Status.newBuilder()
                .setCode(code.value())
                .setMessage(message)
                .addDetails(Any.pack(info))
                .build());
    }
}
