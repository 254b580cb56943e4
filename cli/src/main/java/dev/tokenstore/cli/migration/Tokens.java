package dev.tokenstore.cli.migration;

import dev.tokenstore.client.Token;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.util.EnumMap;

/// The same token, as the rules and as the client have it.
final class Tokens {
    private Tokens() {}

    static TokenFields fieldsOf(Token token) {
        var values = new EnumMap<TokenField, String>(TokenField.class);
        for (var field : Token.Field.values()) {
            token.get(field).ifPresent(value -> values.put(TokenField.valueOf(field.name()), value));
        }
        return TokenFields.of(values);
    }

    static Token tokenOf(TokenFields fields) {
        var token = Token.builder();
        fields.forEachPresent((field, value) -> token.set(Token.Field.valueOf(field.name()), value.reveal()));
        return token.build();
    }
}
