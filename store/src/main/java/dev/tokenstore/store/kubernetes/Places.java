package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.store.token.GeneratedIds;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.util.ArrayList;
import java.util.List;

/// Where the Secrets of a store stand: names derived from identity, so that two who save the same new token collide
/// when they create it, and a user leads to the Secret without a search.
///
/// The name is a hint: a row may change its user later, and a name may be taken by a row that did.
final class Places {
    private static final int RANDOM_PLACES = 3;

    private final String identity;
    private final String store;
    private final GeneratedIds ids;

    Places(String identity, String store, GeneratedIds ids) {
        this.identity = identity;
        this.store = store;
        this.ids = ids;
    }

    String name(String place) {
        return TokenSecretLayout.secretName(store, place);
    }

    String ofUser(SecretValue user) {
        return TokenSecretLayout.hash("user", identity, user.reveal());
    }

    String ofUserAndClient(SecretValue user, SecretValue client) {
        return TokenSecretLayout.hash("user-and-client", identity, user.reveal(), client.reveal());
    }

    /// What a new row at that place holds: the fields, with an id that leads there if they have none.
    TokenFields withId(TokenFields fields, String place) {
        return fields.has(TokenField.ID)
                ? fields
                : fields.with(TokenField.ID, ids.next(place).reveal());
    }

    /// The places a new row may take, best first; at the end some that are surely free.
    List<String> forNew(TokenFields fields) {
        var places = new ArrayList<String>();
        fields.get(TokenField.USER_SIGNATURE).ifPresent(user -> {
            places.add(ofUser(user));
            fields.get(TokenField.CLIENT_ID).ifPresent(client -> places.add(ofUserAndClient(user, client)));
        });
        if (places.isEmpty()) {
            TokenField.CREDENTIALS.stream()
                    .flatMap(field -> fields.get(field).stream()
                            .map(value -> TokenSecretLayout.hash(field.key(), identity, value.reveal())))
                    .findFirst()
                    .ifPresent(places::add);
        }
        for (int i = 0; i < RANDOM_PLACES; i++) {
            places.add(ids.randomPlace());
        }
        return places;
    }
}
