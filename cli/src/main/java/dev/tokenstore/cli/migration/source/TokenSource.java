package dev.tokenstore.cli.migration.source;

import java.util.function.Consumer;

/// A store of an SDK, from which tokens are imported. Rows come in the order in which the SDK itself finds them,
/// and are read as they are consumed, so the memory does not depend on their number.
public interface TokenSource {
    /// Passes every row to `rows`.
    ///
    /// @return false if the source is known to have changed while it was read
    /// @throws CommandException if it cannot be read
    boolean read(Consumer<SourceRow> rows);
}
