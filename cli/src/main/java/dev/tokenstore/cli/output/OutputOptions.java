package dev.tokenstore.cli.output;

import picocli.CommandLine.Option;

/// How a command prints its result; a picocli mixin.
public final class OutputOptions {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "table|json|yaml",
            defaultValue = "table",
            description = "How to print the result. Default: table.")
    private OutputFormat format = OutputFormat.TABLE;

    public OutputFormat format() {
        return format;
    }
}
