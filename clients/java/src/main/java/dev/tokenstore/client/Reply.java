package dev.tokenstore.client;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How one attempt of a call ended.
final class Reply {
    /// Where it ended, which decides whether it may be repeated.
    enum Kind {
        /// The sidecar answered; the status says what.
        ANSWERED,
        /// There was no connection: the sidecar did not get the call.
        NOT_CONNECTED,
        /// The sidecar did not process the call, because it closed the connection or accepts no more calls on it.
        NOT_PROCESSED,
        /// The connection broke: whether the sidecar processed the call is not known.
        BROKEN,
        /// The time limit passed before there was a connection.
        NOT_CONNECTED_IN_TIME,
        /// The time limit passed before the sidecar answered.
        NOT_ANSWERED_IN_TIME,
        /// The thread of the caller was interrupted.
        INTERRUPTED,
        /// The client was closed.
        CLOSED
    }

    private final Kind kind;
    private final StatusCode status;
    private final String description;
    private final byte[] details;
    private final byte[] message;
    private final @Nullable Throwable cause;

    private Reply(
            Kind kind,
            StatusCode status,
            String description,
            byte[] details,
            byte[] message,
            @Nullable Throwable cause) {
        this.kind = kind;
        this.status = status;
        this.description = description;
        this.details = details;
        this.message = message;
        this.cause = cause;
    }

    /// A reply without an answer.
    static Reply failed(Kind kind, StatusCode status, String description, @Nullable Throwable cause) {
        return new Reply(kind, status, description, new byte[0], new byte[0], cause);
    }

    /// The answer of a server.
    ///
    /// @param headers those before and after the message
    /// @param data what the response holds: the message behind a prefix of five bytes
    static Reply answer(Map<String, String> headers, byte[] data) {
        var number = headers.get("grpc-status");
        var http = headers.getOrDefault(":status", "none");
        if (number == null) {
            return failed(Kind.ANSWERED, StatusCode.ofHttp(http), "HTTP status " + http, null);
        }
        var status = StatusCode.ofNumber(number);
        var isMessage = data.length >= 5 && data[0] == 0 && length(data) == data.length - 5;
        if (status == StatusCode.OK && !isMessage) {
            return failed(Kind.ANSWERED, StatusCode.INTERNAL, "the answer is malformed", null);
        }
        return new Reply(
                Kind.ANSWERED,
                status,
                decoded(headers.getOrDefault("grpc-message", status.name())),
                binary(headers.getOrDefault("grpc-status-details-bin", "")),
                isMessage ? Arrays.copyOfRange(data, 5, data.length) : new byte[0],
                null);
    }

    private static int length(byte[] data) {
        return ByteBuffer.wrap(data, 1, Integer.BYTES).getInt();
    }

    private static byte[] binary(String value) {
        try {
            return Base64.getDecoder().decode(value);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    /// gRPC percent-encodes messages.
    private static String decoded(String value) {
        var bytes = value.getBytes(StandardCharsets.UTF_8);
        var text = new ByteArrayOutputStream();
        for (var i = 0; i < bytes.length; i++) {
            var high = i + 2 < bytes.length && bytes[i] == '%' ? Character.digit(bytes[i + 1], 16) : -1;
            var low = high >= 0 ? Character.digit(bytes[i + 2], 16) : -1;
            if (low >= 0) {
                text.write(high << 4 | low);
                i += 2;
            } else {
                text.write(bytes[i]);
            }
        }
        return new String(text.toByteArray(), StandardCharsets.UTF_8);
    }

    Kind kind() {
        return kind;
    }

    StatusCode status() {
        return status;
    }

    boolean isOk() {
        return status == StatusCode.OK;
    }

    /// What the server or the network says, in one line; empty if nothing.
    String description() {
        return description.lines().findFirst().orElse("");
    }

    /// The `google.rpc.Status` of an error; empty without one.
    byte[] details() {
        return details;
    }

    byte[] message() {
        return message;
    }

    @Nullable Throwable cause() {
        return cause;
    }
}
