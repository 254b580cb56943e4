package dev.tokenstore.cli.output;

/// How a command prints its result.
public enum OutputFormat {
    TABLE,
    JSON,
    YAML
}
