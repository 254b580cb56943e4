package dev.tokenstore.store.kubernetes;

import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Function;

/// Finds rows by name (one GET) or by value (a label selector, which the API server answers by scanning the namespace).
/// Pending rows are among what is found.
final class SecretLookup {
    private final SecretApi secrets;
    private final SecretWriter writer;
    private final SecretReader reader;
    private final Function<Secret, SecretReading> view;
    private final Consumer<String> unreadable;
    private final Fanout fanout;

    /// @param view what a Secret is to who looks
    SecretLookup(
            SecretApi secrets,
            SecretWriter writer,
            SecretReader reader,
            Function<Secret, SecretReading> view,
            Fanout fanout,
            Consumer<String> unreadable) {
        this.secrets = secrets;
        this.writer = writer;
        this.reader = reader;
        this.view = view;
        this.fanout = fanout;
        this.unreadable = unreadable;
    }

    Optional<SecretReading> byName(String name) {
        return secrets.get(name).map(view).map(reading -> {
            report(reading);
            return reading;
        });
    }

    Optional<SecretRow> rowByName(String name) {
        return secrets.get(name).flatMap(this::row);
    }

    /// The row in a Secret at hand.
    Optional<SecretRow> row(Secret secret) {
        return report(view.apply(secret));
    }

    /// The row in a Secret that this storage has just written.
    SecretRow rowOf(Secret stored) {
        return report(reader.read(stored))
                .orElseThrow(() -> new StorageException(
                        Reason.TOKEN_UNREADABLE,
                        "the API server stored something else than was sent in Secret "
                                + stored.getMetadata().getName() + "; look for an admission webhook that changes it"));
    }

    /// The rows with that value, and the Secrets labelled so that are no tokens.
    Found read(TokenField field, SecretValue value) {
        var rows = new ArrayList<SecretRow>();
        var others = new ArrayList<SecretReading.Unreadable>();
        for (var secret : secrets.list(writer.lookupLabels(field, value)).getItems()) {
            var reading = view.apply(secret);
            report(reading)
                    .filter(row -> row.fields().get(field).filter(value::equals).isPresent())
                    .ifPresent(rows::add);
            if (reading instanceof SecretReading.Unreadable other) {
                others.add(other);
            }
        }
        return new Found(rows, others);
    }

    /// The rows that share the id, the user or a credential with `fields`.
    List<SecretRow> sharing(TokenFields fields) {
        var searches = new ArrayList<Callable<Found>>();
        for (var field : TokenField.LOOKED_UP) {
            fields.get(field).ifPresent(value -> searches.add(() -> read(field, value)));
        }
        var rows = new LinkedHashMap<String, SecretRow>();
        for (var found : fanout.all(searches)) {
            found.rows().forEach(row -> rows.put(row.name(), row));
        }
        return List.copyOf(rows.values());
    }

    /// The row in a reading; a Secret that is none of the store's tokens, but should be, is reported.
    private Optional<SecretRow> report(SecretReading reading) {
        return switch (reading) {
            case SecretReading.Readable readable -> Optional.of(readable.row());
            case SecretReading.Unreadable other -> {
                unreadable.accept(other.name());
                yield Optional.empty();
            }
            case SecretReading.Foreign foreign -> Optional.empty();
        };
    }

    record Found(List<SecretRow> rows, List<SecretReading.Unreadable> unreadable) {
        Found {
            rows = List.copyOf(rows);
            unreadable = List.copyOf(unreadable);
        }
    }
}
