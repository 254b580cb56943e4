package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.TokenAnnotations;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import io.fabric8.kubernetes.api.model.Secret;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/// The rows of a store, pending ones included: found by name (one GET) or by value (a label selector, which the API
/// server answers by scanning the namespace), and written.
final class SecretRows {
    private final SecretApi secrets;
    private final SecretReader reader;
    private final Function<Secret, SecretReading> view;
    private final Consumer<String> unreadable;

    /// @param view what a Secret is to those who look rows up
    /// @param unreadable called with the name of each Secret of the store that is not a token, whenever one is read
    SecretRows(
            SecretApi secrets, SecretReader reader, Function<Secret, SecretReading> view, Consumer<String> unreadable) {
        this.secrets = secrets;
        this.reader = reader;
        this.view = view;
        this.unreadable = unreadable;
    }

    Optional<SecretReading> byName(String name) {
        return secrets.get(name).map(this::read);
    }

    Optional<SecretRow> rowByName(String name) {
        return secrets.get(name).flatMap(this::row);
    }

    /// The rows of those of the Secrets that have one.
    List<SecretRow> rowsByName(Iterable<String> names) {
        var rows = new ArrayList<SecretRow>();
        names.forEach(name -> rowByName(name).ifPresent(rows::add));
        return rows;
    }

    Optional<SecretRow> row(Secret secret) {
        return read(secret) instanceof SecretReading.Readable readable ? Optional.of(readable.row()) : Optional.empty();
    }

    private SecretReading read(Secret secret) {
        var reading = view.apply(secret);
        if (reading instanceof SecretReading.Unreadable other) {
            unreadable.accept(other.name());
        }
        return reading;
    }

    /// The Secrets with that value, and those with its label that are not tokens.
    List<SecretReading> with(TokenField field, SecretValue value) {
        var label = SecretWriter.hashLabel(field, value);
        return secrets.withLabel(label.getKey(), label.getValue()).stream()
                .map(this::read)
                .filter(reading -> !(reading instanceof SecretReading.Readable readable)
                        || readable.row()
                                .fields()
                                .get(field)
                                .filter(value::equals)
                                .isPresent())
                .toList();
    }

    List<SecretRow> rowsWith(TokenField field, SecretValue value) {
        return with(field, value).stream()
                .filter(SecretReading.Readable.class::isInstance)
                .map(reading -> ((SecretReading.Readable) reading).row())
                .toList();
    }

    /// The rows that share the id, the user or a credential with `fields`.
    List<SecretRow> sharing(TokenFields fields) {
        var values = TokenField.LOOKED_UP.stream()
                .flatMap(field -> fields.get(field).stream().map(value -> Map.entry(field, value)))
                .toList();
        var rows = new LinkedHashMap<String, SecretRow>();
        secrets.concurrently(values, value -> rowsWith(value.getKey(), value.getValue())).stream()
                .flatMap(List::stream)
                .forEach(row -> rows.put(row.name(), row));
        return List.copyOf(rows.values());
    }

    Written create(Secret secret) {
        return outcome(secret, secrets.create(secret));
    }

    /// @param patch guarded by uid and resourceVersion
    Written patch(Secret patch) {
        return outcome(patch, secrets.patch(patch));
    }

    /// A write that was refused has succeeded if the row holds its nonce: the reply to an earlier request was lost.
    private Written outcome(Secret sent, Optional<Secret> stored) {
        if (stored.isPresent()) {
            return new Written.Done(rowOf(stored.get()));
        }
        var current = rowByName(sent.getMetadata().getName());
        var nonce = new TokenAnnotations(sent.getMetadata()).nonces().stream().findFirst();
        return current.filter(
                        row -> nonce.filter(row.version().nonces()::contains).isPresent())
                .<Written>map(Written.Done::new)
                .orElseGet(() -> new Written.Refused(current));
    }

    private SecretRow rowOf(Secret stored) {
        if (reader.read(stored) instanceof SecretReading.Readable readable) {
            return readable.row();
        }
        throw new StorageException(
                Reason.TOKEN_UNREADABLE,
                "the API server stored something else than was sent in Secret "
                        + stored.getMetadata().getName() + "; look for an admission webhook that changes it");
    }

    /// Deletes a row that nobody has changed since it was read.
    ///
    /// @return false if it was changed, or is gone
    boolean deleteUnchanged(SecretRow row) {
        return secrets.delete(row.name(), row.uid(), Optional.of(row.version().resourceVersion()));
    }

    /// Deletes a row, however it was changed since it was read.
    void delete(SecretRow row) {
        secrets.delete(row.name(), row.uid(), Optional.empty());
    }

    /// The outcome of a write.
    sealed interface Written {
        record Done(SecretRow row) implements Written {}

        /// The Secret was not as the write expected it.
        ///
        /// @param current the row that is under its name now
        record Refused(Optional<SecretRow> current) implements Written {}
    }
}
