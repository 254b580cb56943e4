package dev.tokenstore.client;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Converts a [TokenRecord] to its message of the contract (`token_store.proto`) and back. An absent field stays unset;
/// `""` is sent as `""`.
final class RecordMessages {
    private static final int VERSION = 11;
    private static final int EXPIRE_TIME = 12;
    private static final int CREATE_TIME = 13;
    private static final int UPDATE_TIME = 14;

    private RecordMessages() {}

    static ProtoWriter messageOf(TokenRecord token) {
        var message = new ProtoWriter();
        token.given().forEach((field, value) -> message.text(field.number(), text(field, value)));
        return message;
    }

    /// Returns the value if it is valid text: Java would send `?` instead of half of a surrogate pair.
    ///
    /// @throws IllegalArgumentException naming the field if it is not
    static String text(TokenRecord.Field field, String value) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
            throw new IllegalArgumentException(field.key() + " is malformed: it holds half of a UTF-16 surrogate pair");
        }
        return value;
    }

    static TokenRecord recordOf(ProtoReader message) {
        var token = TokenRecord.builder();
        var version = "";
        @Nullable Instant expireTime = null;
        var createTime = Instant.EPOCH;
        var updateTime = Instant.EPOCH;
        while (message.next()) {
            var field = TokenRecord.Field.ofNumber(message.field());
            if (field != null) {
                token.set(field, message.text());
                continue;
            }
            switch (message.field()) {
                case VERSION:
                    version = message.text();
                    break;
                case EXPIRE_TIME:
                    expireTime = instantOf(message.message());
                    break;
                case CREATE_TIME:
                    createTime = instantOf(message.message());
                    break;
                case UPDATE_TIME:
                    updateTime = instantOf(message.message());
                    break;
                default:
                    message.skip();
            }
        }
        return token.stored(version, expireTime, createTime, updateTime).build();
    }

    static Claim claimOf(ProtoReader message) {
        var nonce = "";
        var version = "";
        while (message.next()) {
            switch (message.field()) {
                case 1:
                    nonce = message.text();
                    break;
                case 2:
                    version = message.text();
                    break;
                default:
                    message.skip();
            }
        }
        return new Claim(nonce, version);
    }

    /// Reads a `google.protobuf.Timestamp`.
    private static Instant instantOf(ProtoReader time) {
        var seconds = 0L;
        var nanos = 0L;
        while (time.next()) {
            switch (time.field()) {
                case 1:
                    seconds = time.number();
                    break;
                case 2:
                    nanos = time.number();
                    break;
                default:
                    time.skip();
            }
        }
        return Instant.ofEpochSecond(seconds, nanos);
    }
}
