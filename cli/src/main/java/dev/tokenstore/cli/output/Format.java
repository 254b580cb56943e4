package dev.tokenstore.cli.output;

/// How a command prints its result.
public enum Format {
    TABLE,
    JSON,
    YAML
}
