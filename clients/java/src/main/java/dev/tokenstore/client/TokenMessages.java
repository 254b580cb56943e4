package dev.tokenstore.client;

import com.google.protobuf.Timestamp;
import java.time.Instant;

/// A [Token] as a message and back; absent stays unset, and `""` is kept apart from it.
final class TokenMessages {
    private TokenMessages() {}

    static dev.tokenstore.proto.v1.Token messageOf(Token token) {
        var message = dev.tokenstore.proto.v1.Token.newBuilder();
        token.given().forEach((field, value) -> message.setField(descriptorOf(field), value));
        return message.build();
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

    private static com.google.protobuf.Descriptors.FieldDescriptor descriptorOf(Token.Field field) {
        return dev.tokenstore.proto.v1.Token.getDescriptor().findFieldByName(field.key());
    }

    private static Instant instantOf(Timestamp time) {
        return Instant.ofEpochSecond(time.getSeconds(), time.getNanos());
    }
}
