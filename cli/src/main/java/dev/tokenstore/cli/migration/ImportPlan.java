package dev.tokenstore.cli.migration;

import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenRules;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;

/// Decides, row by row in the order of the source, what an import does. Sends no request: the stored tokens are
/// added before the first row.
///
/// A row belongs to the token that the store's rules choose for a save (R5), with one exception: an id alone is not
/// trusted. The SDKs' stores reuse ids, so a row whose id another token has, and that shares neither user nor
/// credential with that token, is a token of its own and gets a new id. Where a row and a token meet, whether the
/// token was stored before or came from an earlier row, the one whose access token expires later wins.
final class ImportPlan {
    static final String ID_IS_TAKEN_IN_STORE = "its id belongs to another token of the store";
    static final String NEW_IDS_WANTED = "as --new-ids wants";

    private final DigestIndex known = new DigestIndex();
    private final boolean newIds;
    private long order;

    /// @param newIds whether no row keeps its id
    ImportPlan(boolean newIds) {
        this.newIds = newIds;
    }

    /// Adds a stored token.
    void addStored(StoredToken stored) {
        var token = new TokenDigest(order++, stored.createTime(), null);
        known.put(token, stored.fields());
        token.setStored(stored);
    }

    /// Decides about the next row, and assumes from then on that the decision is carried out.
    ///
    /// @param location of the row in the source
    Decision decide(String location, TokenFields row) {
        var hashed = DigestIndex.hashed(row);
        var withItsId = hashed.id().flatMap(known::byId);
        var found = withItsId
                .filter(token -> TokenRules.toUpdateByUserOrCredential(
                                hashed, new TokenRules.RowsAtHand(List.of(token)))
                        .isPresent())
                .or(() -> TokenRules.toUpdateByUserOrCredential(hashed, known));
        return found.isPresent() ? meet((TokenDigest) found.get().handle(), row) : create(location, row, withItsId);
    }

    private Decision create(String location, TokenFields row, Optional<StoredToken> withItsId) {
        var hasId = row.has(TokenField.ID);
        var newId = withItsId
                .map(token -> ((TokenDigest) token.handle())
                        .location()
                        .map(line -> "its id is taken by " + line)
                        .orElse(ID_IS_TAKEN_IN_STORE))
                .or(() -> hasId && newIds ? Optional.of(NEW_IDS_WANTED) : Optional.empty());
        var fields = newId.isPresent() ? row.without(TokenField.ID) : row;
        var token = new TokenDigest(order++, null, location);
        known.put(token, fields);
        return new Decision.Create(token, fields, newId);
    }

    private Decision meet(TokenDigest token, TokenFields row) {
        var newer = token.expiresBefore(row);
        var given = new EnumMap<TokenField, String>(TokenField.class);
        var differs = new boolean[1];
        row.forEachPresent((field, value) -> {
            if (field == TokenField.ID || token.has(field, Hash.of(field, value))) {
                return;
            }
            differs[0] = true;
            if (newer || (!token.has(field) && isWorthAdding(field, token))) {
                given.put(field, value.reveal());
            }
        });
        if (given.isEmpty()) {
            return differs[0] ? new Decision.Keep(token) : new Decision.Unchanged(token);
        }
        var fields = TokenFields.of(given);
        known.put(token, fields);
        return new Decision.Update(token, fields, newer);
    }

    /// An expiry belongs to its access token and is not added to another one.
    private static boolean isWorthAdding(TokenField field, TokenDigest token) {
        return field != TokenField.EXPIRES_IN || !token.has(TokenField.ACCESS_TOKEN);
    }
}
