package dev.tokenstore.cli.migration.source;

import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The rows of a source, read to its end.
record Rows(List<SourceRow> all, boolean stayed) {
    static Rows of(TokenSource source) {
        var rows = new ArrayList<SourceRow>();
        var stayed = source.read(rows::add);
        return new Rows(List.copyOf(rows), stayed);
    }

    /// The values of a field, of the rows that could be read; `-` where it is absent.
    List<String> values(TokenField field) {
        return readable().stream()
                .map(row -> row.fields().get(field).map(SecretValue::reveal).orElse("-"))
                .toList();
    }

    List<SourceRow.Readable> readable() {
        return all.stream()
                .flatMap(row -> row instanceof SourceRow.Readable readable
                        ? Optional.of(readable).stream()
                        : Optional.<SourceRow.Readable>empty().stream())
                .toList();
    }

    /// `place: problem` of the others.
    List<String> broken() {
        return all.stream()
                .filter(SourceRow.Broken.class::isInstance)
                .map(SourceRow.Broken.class::cast)
                .map(row -> row.location() + ": " + row.problem())
                .toList();
    }
}
