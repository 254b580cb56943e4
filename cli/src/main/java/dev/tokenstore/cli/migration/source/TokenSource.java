package dev.tokenstore.cli.migration.source;

import java.util.function.Consumer;

/// A place that an SDK keeps tokens in. Rows come in the order in which the SDK itself would find them, and are read
/// while they are consumed, so the memory it takes does not depend on their number.
public interface TokenSource {
    /// Passes every row to `rows`.
    ///
    /// @return whether the source stayed as it was while it was read, as far as can be told
    /// @throws CommandException if it cannot be read
    boolean read(Consumer<SourceRow> rows);
}
