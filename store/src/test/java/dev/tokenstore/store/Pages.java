package dev.tokenstore.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The list of a store, read page by page.
public final class Pages {
    private Pages() {}

    /// All tokens, in the order of the list.
    public static List<StoredToken> all(TokenStore store) {
        var rows = new ArrayList<StoredToken>();
        for (var next = Optional.of(""); next.isPresent(); ) {
            var page = store.list(0, next.get());
            rows.addAll(page.tokens());
            next = page.next();
        }
        return rows;
    }
}
