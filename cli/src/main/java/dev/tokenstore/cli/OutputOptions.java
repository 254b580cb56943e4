package dev.tokenstore.cli;

import dev.tokenstore.cli.output.Format;
import picocli.CommandLine.Option;

/// How a command prints its result; a picocli mixin.
public final class OutputOptions {
    @Option(
            names = {"-o", "--output"},
            paramLabel = "table|json|yaml",
            defaultValue = "table",
            description = "How to print the result. Default: table.")
    private Format format = Format.TABLE;

    public Format format() {
        return format;
    }
}
