package dev.tokenstore.cli.migration;

import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenRules;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Decides, row by row in the order of the source, what an import does. Pure: it is told what is stored, and looks at
/// nothing.
///
/// Which token a row belongs to is what the store's rules say of a save (R5), with one exception: an id alone is not
/// believed. The SDKs' stores hand ids out again, so a row whose id another token has, and that shares neither user nor
/// credential with that token, is a token of its own and gets a new id. Where a row meets a token, whether it was
/// stored before or came from an earlier row, the one whose access token expires later wins.
final class ImportPlan {
    static final String ID_IS_TAKEN_IN_STORE = "its id belongs to another token of the store";
    static final String NEW_IDS_WANTED = "as --new-ids wants";

    private final KnownTokens known = new KnownTokens();
    private final boolean newIds;
    private long order;

    /// @param newIds whether no row keeps its id
    ImportPlan(boolean newIds) {
        this.newIds = newIds;
    }

    /// Takes note of a token that is stored.
    void stored(TokenFields fields, String version, @Nullable Instant created) {
        var token = new KnownToken(order++, created, null);
        known.put(token, fields);
        token.stored(fields.get(TokenField.ID).orElseThrow().reveal(), version);
    }

    /// Decides on the next row, and takes for granted that it is done.
    ///
    /// @param place where the source has it
    Decision decide(String place, TokenFields row) {
        var hashed = KnownTokens.hashed(row);
        var withItsId = hashed.id().flatMap(known::byId);
        var found = withItsId
                .filter(token -> TokenRules.toUpdateByUserOrCredential(
                                hashed, new TokenRules.RowsAtHand(List.of(token)))
                        .isPresent())
                .or(() -> TokenRules.toUpdateByUserOrCredential(hashed, known));
        return found.isPresent() ? meet((KnownToken) found.get().handle(), row) : create(place, row, withItsId);
    }

    private Decision create(String place, TokenFields row, Optional<StoredToken> withItsId) {
        var hasId = row.has(TokenField.ID);
        var newId = withItsId
                .map(token -> ((KnownToken) token.handle())
                        .place()
                        .map(line -> "its id is taken by " + line)
                        .orElse(ID_IS_TAKEN_IN_STORE))
                .or(() -> hasId && newIds ? Optional.of(NEW_IDS_WANTED) : Optional.empty());
        var fields = newId.isPresent() ? without(row, TokenField.ID) : row;
        var token = new KnownToken(order++, null, place);
        known.put(token, fields);
        return new Decision.Create(token, fields, newId);
    }

    private Decision meet(KnownToken token, TokenFields row) {
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

    /// An expiry belongs to its access token: it is not added to another one.
    private static boolean isWorthAdding(TokenField field, KnownToken token) {
        return field != TokenField.EXPIRES_IN || !token.has(TokenField.ACCESS_TOKEN);
    }

    /// The fields but one.
    static TokenFields without(TokenFields fields, TokenField left) {
        var values = new EnumMap<TokenField, String>(TokenField.class);
        fields.forEachPresent((field, value) -> {
            if (field != left) {
                values.put(field, value.reveal());
            }
        });
        return TokenFields.of(values);
    }
}
