package dev.tokenstore.charts;

import static java.util.stream.Collectors.toCollection;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

/// A realistic set of values with its golden files.
///
/// @param name of its folder
record Combination(String name) {
    private static final Path FOLDER = Path.of("src/test/resources/combinations");

    static List<Combination> all() {
        try (var folders = Files.list(FOLDER)) {
            return folders.map(folder -> folder.getFileName().toString()).collect(toCollection(TreeSet::new)).stream()
                    .map(Combination::new)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String values() {
        return Chart.read(FOLDER.resolve(name).resolve("values.yaml"));
    }

    Path rendered() {
        return FOLDER.resolve(name).resolve("rendered.yaml");
    }

    Path notes() {
        return FOLDER.resolve(name).resolve("notes.txt");
    }

    @Override
    public String toString() {
        return name;
    }
}
