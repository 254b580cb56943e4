package dev.tokenstore.cli.migration.source;

import dev.tokenstore.store.token.TokenFields;

/// One row of a source. Where a person finds it is its `place`: `line 12`, `row 12`.
public sealed interface SourceRow {
    String place();

    /// A row that holds a token, its id included.
    record Readable(String place, TokenFields fields) implements SourceRow {}

    /// A row that holds none; `problem` says why, without a value of it.
    record Broken(String place, String problem) implements SourceRow {}
}
