package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.TokenSecretLayout;
import dev.tokenstore.store.token.GeneratedIds;
import dev.tokenstore.store.token.Hashes;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Names of Secrets, derived from the identity of their tokens: two savers of the same new token collide when they
/// create
/// it, and an id or a user leads to its Secret without a search.
///
/// A name is a hint: a row may change its user later, and a name may be taken by a row that did.
final class SecretNames {
    private static final int RANDOM_CANDIDATES = 3;

    private final String identity;
    private final String store;
    private final GeneratedIds ids;

    /// @param identity `namespace/name` of the store
    SecretNames(String identity, String store, GeneratedIds ids) {
        this.identity = identity;
        this.store = store;
        this.ids = ids;
    }

    /// A name for a new row, and its fields with an id that leads to that name.
    record Candidate(String name, TokenFields fields) {}

    /// The name that a generated id leads to; empty for other ids.
    Optional<String> ofId(TokenId id) {
        return ids.locatorOf(id).map(this::name);
    }

    String ofUser(SecretValue user) {
        return name(locatorOf(user));
    }

    String ofUserAndClient(SecretValue user, SecretValue client) {
        return name(locatorOf(user, client));
    }

    /// The names that a new row may take, best first. The last ones are random, so they are free.
    List<Candidate> candidates(TokenFields fields) {
        var locators = new ArrayList<String>();
        fields.get(TokenField.USER_SIGNATURE).ifPresent(user -> {
            locators.add(locatorOf(user));
            fields.get(TokenField.CLIENT_ID).ifPresent(client -> locators.add(locatorOf(user, client)));
        });
        if (locators.isEmpty()) {
            TokenField.CREDENTIALS.stream()
                    .flatMap(field ->
                            fields.get(field).stream().map(value -> Hashes.hash(field.key(), identity, value.reveal())))
                    .findFirst()
                    .ifPresent(locators::add);
        }
        for (int i = 0; i < RANDOM_CANDIDATES; i++) {
            locators.add(ids.randomLocator());
        }
        return locators.stream()
                .map(locator -> new Candidate(name(locator), withId(fields, locator)))
                .toList();
    }

    private TokenFields withId(TokenFields fields, String locator) {
        return fields.has(TokenField.ID)
                ? fields
                : fields.with(TokenField.ID, ids.next(locator).reveal());
    }

    private String locatorOf(SecretValue user) {
        return Hashes.hash("user", identity, user.reveal());
    }

    private String locatorOf(SecretValue user, SecretValue client) {
        return Hashes.hash("user-and-client", identity, user.reveal(), client.reveal());
    }

    private String name(String locator) {
        return TokenSecretLayout.secretName(store, locator);
    }
}
