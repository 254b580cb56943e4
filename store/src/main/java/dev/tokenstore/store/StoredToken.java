package dev.tokenstore.store;

import dev.tokenstore.store.token.TokenFields;
import java.time.Instant;

/// One row of a store: a token at rest. Immutable; its [#toString] holds no value.
///
/// Every storage has its own implementation, which also carries what the storage needs to change or delete the row.
public interface StoredToken {
    /// All that is stored; the id is always among it.
    TokenFields fields();

    /// Opaque; raised by saves alone, and never the same for two rows, not even for two that had the same id.
    String version();

    /// When the row was first saved, finer than a second. Never changes.
    Instant createTime();

    /// When the row was last saved.
    Instant updateTime();

    /// When the row was last saved or, as far as recorded, read.
    Instant lastActive();

    /// Since when the row has had its user; [#createTime] when it never changed.
    Instant userSince();

    /// The row's name in its storage, such as a Secret's name: safe to log, and it decides between rows of the same
    /// age.
    String name();
}
