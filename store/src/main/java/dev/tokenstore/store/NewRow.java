package dev.tokenstore.store;

import dev.tokenstore.store.token.TokenFields;
import java.util.List;
import java.util.Optional;

/// A row to insert.
public interface NewRow {
    /// What the row is to hold.
    TokenFields fields();

    /// Returns the one of `rows` that is to be updated instead, if there is one.
    Optional<StoredToken> twinAmong(List<StoredToken> rows);

    /// Returns a row whose twins are the rows that a save of `fields` would update (rule R5).
    static NewRow of(TokenFields fields) {
        return new NewRow() {
            @Override
            public TokenFields fields() {
                return fields;
            }

            @Override
            public Optional<StoredToken> twinAmong(List<StoredToken> rows) {
                return TokenRules.toUpdate(fields, new TokenRules.RowsAtHand(rows));
            }
        };
    }

    default boolean isTwinOf(StoredToken row) {
        return twinAmong(List.of(row)).isPresent();
    }
}
