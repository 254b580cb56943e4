package dev.tokenstore.client;

/// The gRPC status of a call, in the order of gRPC's numbers.
public enum StatusCode {
    OK,
    CANCELLED,
    UNKNOWN,
    INVALID_ARGUMENT,
    DEADLINE_EXCEEDED,
    NOT_FOUND,
    ALREADY_EXISTS,
    PERMISSION_DENIED,
    RESOURCE_EXHAUSTED,
    FAILED_PRECONDITION,
    ABORTED,
    OUT_OF_RANGE,
    UNIMPLEMENTED,
    INTERNAL,
    UNAVAILABLE,
    DATA_LOSS,
    UNAUTHENTICATED;

    static StatusCode ofNumber(String text) {
        try {
            return values()[Integer.parseInt(text)];
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            return UNKNOWN;
        }
    }

    /// The status of an HTTP response without a gRPC status: such a response comes from another server or a proxy.
    static StatusCode ofHttp(String text) {
        switch (text) {
            case "400":
                return INTERNAL;
            case "401":
                return UNAUTHENTICATED;
            case "403":
                return PERMISSION_DENIED;
            case "404":
                return UNIMPLEMENTED;
            case "429":
            case "502":
            case "503":
            case "504":
                return UNAVAILABLE;
            default:
                return UNKNOWN;
        }
    }
}
