package dev.tokenstore.cli.migration;

import dev.tokenstore.client.TokenRecord;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.util.EnumMap;

/// The same token, as the rules and as the client have it.
final class Tokens {
    private Tokens() {}

    static TokenFields fieldsOf(TokenRecord token) {
        var values = new EnumMap<TokenField, String>(TokenField.class);
        for (var field : TokenRecord.Field.values()) {
            token.get(field).ifPresent(value -> values.put(TokenField.valueOf(field.name()), value));
        }
        return TokenFields.of(values);
    }

    static TokenRecord tokenOf(TokenFields fields) {
        var token = TokenRecord.builder();
        fields.forEachPresent((field, value) -> token.set(TokenRecord.Field.valueOf(field.name()), value.reveal()));
        return token.build();
    }
}
