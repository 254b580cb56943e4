package dev.tokenstore.client;

import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Timestamp;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/// A [Token] as a message and back; absent stays unset, and `""` is kept apart from it.
final class TokenMessages {
    private TokenMessages() {}

    static dev.tokenstore.proto.v1.Token messageOf(Token token) {
        var message = dev.tokenstore.proto.v1.Token.newBuilder();
        token.given().forEach((field, value) -> message.setField(descriptorOf(field), text(field, value)));
        return message.build();
    }

    /// Returns the value if a message can hold it: half of a surrogate pair is no text, and would become a `?`.
    ///
    /// @throws TokenStoreException naming the field if it cannot
    static String text(Token.Field field, String value) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
            throw CallErrors.malformed(field);
        }
        return value;
    }

    static Token tokenOf(dev.tokenstore.proto.v1.Token message) {
        var token = Token.builder();
        for (var field : Token.Field.values()) {
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

    private static FieldDescriptor descriptorOf(Token.Field field) {
        return dev.tokenstore.proto.v1.Token.getDescriptor().findFieldByName(field.key());
    }

    private static Instant instantOf(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }
}
