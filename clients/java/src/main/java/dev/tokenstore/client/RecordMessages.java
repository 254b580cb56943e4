package dev.tokenstore.client;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Timestamp;
import dev.tokenstore.proto.v1.Token;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/// Converts a [TokenRecord] to its gRPC message and back. An absent field stays unset; `""` is sent as `""`.
final class RecordMessages {
    private RecordMessages() {}

    static Token messageOf(TokenRecord token) {
        var message = Token.newBuilder();
        token.given().forEach((field, value) -> message.setField(descriptorOf(field), text(field, value)));
        return message.build();
    }

    /// Returns the value if it is valid text: protobuf would send `?` instead of half of a surrogate pair.
    ///
    /// @throws IllegalArgumentException naming the field if it is not
    static String text(TokenRecord.Field field, String value) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
            throw new IllegalArgumentException(field.key() + " is malformed: it holds half of a UTF-16 surrogate pair");
        }
        return value;
    }

    static TokenRecord recordOf(Token message) {
        var token = TokenRecord.builder();
        for (var field : TokenRecord.Field.values()) {
            if (message.hasField(descriptorOf(field))) {
                token.set(field, (String) message.getField(descriptorOf(field)));
            }
        }
        return token.stored(
                        message.getVersion(),
                        message.hasExpireTime() ? instantOf(message.getExpireTime()) : null,
                        instantOf(message.getCreateTime()),
                        instantOf(message.getUpdateTime()))
                .build();
    }

    private static FieldDescriptor descriptorOf(TokenRecord.Field field) {
        return Token.getDescriptor().findFieldByName(field.key());
    }

    private static Instant instantOf(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }
}
