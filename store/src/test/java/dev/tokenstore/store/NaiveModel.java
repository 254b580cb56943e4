package dev.tokenstore.store;

import static dev.tokenstore.store.token.TokenField.ACCESS_TOKEN;
import static dev.tokenstore.store.token.TokenField.CLIENT_ID;
import static dev.tokenstore.store.token.TokenField.CLIENT_SECRET;
import static dev.tokenstore.store.token.TokenField.GRANT_TOKEN;
import static dev.tokenstore.store.token.TokenField.ID;
import static dev.tokenstore.store.token.TokenField.REFRESH_TOKEN;
import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;

import dev.tokenstore.store.token.TokenField;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// A store as the conformance list describes it, written down once more without any of the store's own code: rows in
/// the order of their creation, scanned one by one. What the model expects, a store must do.
final class NaiveModel {
    final List<Row> rows = new ArrayList<>();
    private final Set<String> generatedIds = new HashSet<>();
    private int moment;

    /// What a save must come to.
    sealed interface Outcome {
        record Updates(Row row) implements Outcome {}

        record MakesARow() implements Outcome {}

        record IsInvalid() implements Outcome {}

        record IsDeleted() implements Outcome {}

        record Conflicts(Optional<String> currentVersion) implements Outcome {}
    }

    static final class Row {
        final EnumMap<TokenField, String> fields = new EnumMap<>(TokenField.class);
        final Set<String> versions = new HashSet<>();
        String version = "";
        private int userSince;
    }

    /// R1 to R4.
    Optional<Row> find(Map<TokenField, String> given) {
        if ("".equals(given.get(USER_SIGNATURE))) {
            return Optional.empty();
        }
        if (given(given, USER_SIGNATURE)
                || given(given, ACCESS_TOKEN)
                || given(given, REFRESH_TOKEN)
                || given(given, GRANT_TOKEN)) {
            return branches1To3(given);
        }
        return first(row -> same(row, given, ID));
    }

    Optional<Row> byId(String id) {
        return first(row -> id.equals(row.fields.get(ID)));
    }

    private Optional<Row> branches1To3(Map<TokenField, String> given) {
        if (given(given, USER_SIGNATURE)) {
            if (!given(given, CLIENT_ID)) {
                return longest(row -> same(row, given, USER_SIGNATURE));
            }
            var ofClient = longest(row -> same(row, given, USER_SIGNATURE) && same(row, given, CLIENT_ID));
            if (ofClient.isPresent()) {
                return ofClient;
            }
            return longest(row -> same(row, given, USER_SIGNATURE) && !row.fields.containsKey(CLIENT_ID));
        }
        if (given(given, ACCESS_TOKEN) && !given(given, CLIENT_ID) && !given(given, CLIENT_SECRET)) {
            return first(row -> same(row, given, ACCESS_TOKEN));
        }
        if ((given(given, REFRESH_TOKEN) || given(given, GRANT_TOKEN))
                && given(given, CLIENT_ID)
                && given(given, CLIENT_SECRET)) {
            var byGrant = first(row -> same(row, given, GRANT_TOKEN));
            if (byGrant.isPresent()) {
                return byGrant;
            }
            return first(row -> same(row, given, REFRESH_TOKEN));
        }
        return Optional.empty();
    }

    /// R5, R6, R6a, R12.
    Outcome outcomeOf(Map<TokenField, String> given, Optional<String> expectedVersion) {
        var id = given.getOrDefault(ID, "");
        if (generatedIds.contains(id) && byId(id).isEmpty()) {
            return new Outcome.IsDeleted();
        }
        var row = toUpdate(given);
        if (row.isEmpty()
                && !given(given, REFRESH_TOKEN)
                && !given(given, GRANT_TOKEN)
                && !given(given, ACCESS_TOKEN)) {
            return new Outcome.IsInvalid();
        }
        if (expectedVersion.isPresent() && (row.isEmpty() || !row.get().version.equals(expectedVersion.get()))) {
            return new Outcome.Conflicts(row.map(current -> current.version));
        }
        return row.isPresent() ? new Outcome.Updates(row.get()) : new Outcome.MakesARow();
    }

    private Optional<Row> toUpdate(Map<TokenField, String> given) {
        var byId = first(row -> same(row, given, ID));
        if (byId.isPresent()) {
            return byId;
        }
        var found = branches1To3(given);
        if (found.isPresent()) {
            return found;
        }
        for (var credential : List.of(REFRESH_TOKEN, GRANT_TOKEN, ACCESS_TOKEN)) {
            var twin = first(row -> same(row, given, credential)
                    && (!given(given, USER_SIGNATURE)
                            || !row.fields.containsKey(USER_SIGNATURE)
                            || same(row, given, USER_SIGNATURE)));
            if (twin.isPresent()) {
                return twin;
            }
        }
        return Optional.empty();
    }

    /// R7: what the row holds after a save that updates it.
    void update(Row row, Map<TokenField, String> given, String version) {
        var userBefore = row.fields.get(USER_SIGNATURE);
        given.forEach((field, value) -> {
            if (!value.isEmpty() && field != ID) {
                row.fields.put(field, value);
            }
        });
        if (userBefore == null || !userBefore.equals(row.fields.get(USER_SIGNATURE))) {
            row.userSince = ++moment;
        }
        row.version = version;
        row.versions.add(version);
    }

    /// @param id the id the row has got
    Row add(Map<TokenField, String> given, String id, String version) {
        if (!given(given, ID)) {
            generatedIds.add(id);
        }
        var row = new Row();
        row.fields.put(ID, id);
        row.userSince = ++moment;
        update(row, given, version);
        rows.add(row);
        return row;
    }

    void delete(String id) {
        rows.removeIf(row -> id.equals(row.fields.get(ID)));
    }

    boolean hasGenerated(String id) {
        return generatedIds.contains(id);
    }

    private Optional<Row> first(Predicate<Row> wanted) {
        for (var row : rows) {
            if (wanted.test(row)) {
                return Optional.of(row);
            }
        }
        return Optional.empty();
    }

    private Optional<Row> longest(Predicate<Row> wanted) {
        Optional<Row> longest = Optional.empty();
        for (var row : rows) {
            if (wanted.test(row) && (longest.isEmpty() || row.userSince < longest.get().userSince)) {
                longest = Optional.of(row);
            }
        }
        return longest;
    }

    private static boolean given(Map<TokenField, String> fields, TokenField field) {
        return !fields.getOrDefault(field, "").isEmpty();
    }

    private static boolean same(Row row, Map<TokenField, String> given, TokenField field) {
        return given(given, field) && Objects.equals(given.get(field), row.fields.get(field));
    }
}
