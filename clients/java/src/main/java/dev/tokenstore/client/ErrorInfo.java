package dev.tokenstore.client;

import dev.tokenstore.client.ProtoReader.MalformedMessageException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/// The `google.rpc.ErrorInfo` among the details of an error: who says what is wrong, as stable names.
final class ErrorInfo {
    static final ErrorInfo NONE = new ErrorInfo();

    private static final String TYPE = "/google.rpc.ErrorInfo";

    private String reason = "";
    private String domain = "";
    private final Map<String, String> metadata = new HashMap<>();

    private ErrorInfo() {}

    /// @param status a `google.rpc.Status`
    /// @return the first one among its details, or [#NONE]
    static ErrorInfo of(byte[] status) {
        try {
            var fields = new ProtoReader(status);
            while (fields.next()) {
                if (fields.field() == 3) {
                    var detail = entryOf(fields.message());
                    if (detail.key.endsWith(TYPE)) {
                        return infoOf(new ProtoReader(detail.value));
                    }
                } else {
                    fields.skip();
                }
            }
        } catch (MalformedMessageException e) {
            // an error without details is an error all the same
        }
        return NONE;
    }

    private static ErrorInfo infoOf(ProtoReader fields) {
        var info = new ErrorInfo();
        while (fields.next()) {
            switch (fields.field()) {
                case 1:
                    info.reason = fields.text();
                    break;
                case 2:
                    info.domain = fields.text();
                    break;
                case 3:
                    var entry = entryOf(fields.message());
                    info.metadata.put(entry.key, new String(entry.value, StandardCharsets.UTF_8));
                    break;
                default:
                    fields.skip();
            }
        }
        return info;
    }

    /// A text as field 1 and bytes as field 2: an entry of a map, or a `google.protobuf.Any`.
    private static final class Entry {
        private String key = "";
        private byte[] value = new byte[0];
    }

    private static Entry entryOf(ProtoReader fields) {
        var entry = new Entry();
        while (fields.next()) {
            switch (fields.field()) {
                case 1:
                    entry.key = fields.text();
                    break;
                case 2:
                    entry.value = fields.bytes();
                    break;
                default:
                    fields.skip();
            }
        }
        return entry;
    }

    String reason() {
        return reason;
    }

    String domain() {
        return domain;
    }

    Map<String, String> metadata() {
        return metadata;
    }
}
