package dev.tokenstore.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// A file of `name: value` lines, as Linux has them under `/proc`; empty where there is none.
record ProcFile(String text) {
    static ProcFile read(Path file) {
        try {
            return new ProcFile(Files.readString(file));
        } catch (IOException e) {
            return new ProcFile("");
        }
    }

    Optional<String> value(String name) {
        return text.lines()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(line.indexOf(':') + 1).strip())
                .findFirst();
    }

    /// @throws BenchmarkException if there is no such line
    long number(String name) {
        return value(name)
                .map(value -> Long.parseLong(value.replaceAll("[^0-9]", "")))
                .orElseThrow(() -> new BenchmarkException("/proc does not tell " + name + "; this needs Linux"));
    }
}
