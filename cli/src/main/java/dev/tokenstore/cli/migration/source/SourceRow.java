package dev.tokenstore.cli.migration.source;

import dev.tokenstore.store.token.TokenFields;

/// One row of a source. Its `location` tells a person where it is: `line 12`, `row 12`.
public sealed interface SourceRow {
    String location();

    /// A row that holds a token, with its id.
    record Readable(String location, TokenFields fields) implements SourceRow {}

    /// A row that holds none; `problem` says why and holds no value of the row.
    record Broken(String location, String problem) implements SourceRow {}
}
